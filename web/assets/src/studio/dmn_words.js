// What the tools for decision tables say, in Chinese.
const words = {
  'Decision name': '决策名称', 'Decision name: ': '决策名称：', 'No overlap is possible and all rules are disjoint. Only a single rule can be matched': '各行互不重叠，最多命中一行',
  'Input label: ': '条件列标题：', 'Resize': '调整宽度', 'Output label: ': '结果列标题：', 'Annotation': '备注', 'Edit': '修改', 'Copy rule': '复制这一行', 'Cut rule': '剪切这一行',
  'Paste rule above': '粘贴到上面', 'Paste rule below': '粘贴到下面', 'Add cell description': '给这一格加备注', 'Edit cell description': '改这一格的备注', 'Remove cell description': '去掉这一格的备注',
  'Hit policy': '命中方式', 'Hit policy:': '命中方式：', 'Hit Policy': '命中方式', 'When': '当', 'Then': '则', 'And': '且', 'Annotations': '备注', 'View DRD': '看决策关系图', 'Close': '关闭',
  'Aggregation': '汇总', 'Unique': '唯一', 'First': '取第一个', 'Priority': '按优先', 'Any': '任一', 'Collect': '收集', 'Rule order': '按行顺序', 'Output order': '按结果顺序',
  'Collect (Sum)': '收集（合计）', 'Collect (Min)': '收集（最小）', 'Collect (Max)': '收集（最大）', 'Collect (Count)': '收集（计数）',
  'Add rule': '加一行', 'Add input': '加条件列', 'Add output': '加结果列', 'Add rule above': '在上面加一行', 'Add rule below': '在下面加一行', 'Remove rule': '删除这一行',
  'Remove this rule': '删除这一行', 'Add input left': '在左边加条件列', 'Add input right': '在右边加条件列', 'Remove input': '删除条件列', 'Add output left': '在左边加结果列',
  'Add output right': '在右边加结果列', 'Remove output': '删除结果列', 'Add left': '在左边加一列', 'Add right': '在右边加一列', 'Add above': '在上面加一行', 'Add below': '在下面加一行',
  'Clear': '清空', 'Copy': '复制', 'Cut': '剪切', 'Paste': '粘贴', 'Remove': '删除', 'Rule': '行', 'Input': '条件列', 'Output': '结果列', 'Rules': '行',
  'Input label': '条件列标题', 'Input expression': '条件列表达式', 'Output label': '结果列标题', 'Output name': '结果列名称', 'Input type': '条件类型', 'Output type': '结果类型',
  'Expression': '表达式', 'Label': '标题', 'Name': '名称', 'Type': '类型', 'Output name:': '结果列名称：', 'Expression language': '表达式语言', 'Input variable': '输入变量',
  'string': '文字', 'boolean': '是否', 'number': '数字', 'date': '日期', 'time': '时间', 'dateTime': '日期时间', 'date and time': '日期时间', 'dayTimeDuration': '时长',
  'yearMonthDuration': '年月时长', 'Any type': '不限', 'years and months duration': '年月时长', 'days and time duration': '时长',
  'Edit input expression': '改条件表达式', 'Edit output': '改结果列', 'Edit input': '改条件列', 'Edit decision name': '改名称', 'Edit decision ID': '改编号', 'Edit ID': '改编号',
  'Change cell expression language': '换表达式语言', 'Add description': '加备注', 'Remove description': '去掉备注', 'Edit description': '改备注', 'Editing input expression': '正在改条件',
  'Predefined values': '可选的值', 'Enter expression': '写表达式', 'Enter simple ...': '写表达式', 'Yes': '是', 'No': '否', 'none': '无', '-': '-', 'Insert rule above': '在上面加一行',
  'Insert rule below': '在下面加一行', 'Delete rule': '删除这一行', 'Open decision table': '打开决策表', 'Drag to move': '拖动', 'Move rule': '移动这一行', 'Double-click to edit': '双击修改',
  'No aggregation': '不汇总', 'Sum': '合计', 'Minimum': '最小', 'Maximum': '最大', 'Count': '计数', 'List': '列表', 'input': '条件列', 'output': '结果列', 'rule': '行'
};
export const missing = new Set();
function translate(template, replacements) {
  const found = words[template];
  if (found === undefined && /[A-Za-z]{3}/.test(template)) missing.add(template);
  return (found === undefined ? template : found).replace(/{([^}]+)}/g, (_, key) => (replacements || {})[key] ?? `{${key}}`);
}
export const dmnChinese = { translate: ['value', translate] };
