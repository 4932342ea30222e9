// What the drawing tools say, in Chinese. `missing` collects what has no words yet; a test wants it empty.
import base from 'bpmn-js-i18n/translations/zn.js'; // the file really is called "zn"

const own = {
  'Activate hand tool': '拖动画布', 'Activate lasso tool': '框选', 'Activate create/remove space tool': '增减空间', 'Activate global connect tool': '连线',
  'Append element': '追加元素', 'Append task': '追加任务', 'Append gateway': '追加网关', 'Append end event': '追加结束事件',
  'Append intermediate/boundary event': '追加中间事件', 'Append text annotation': '追加注释', 'Add text annotation': '添加注释',
  'Change element': '换成别的元素', 'Change type': '换成别的元素', 'Connect to other element': '连到别的元素', 'Delete': '删除', 'Remove': '删除',
  'Connect using sequence/message flow or association': '连线', 'Connect using association': '用关联线连接', 'Connect using data input association': '用数据线连接',
  'Create element': '添加元素', 'Create start event': '添加开始事件', 'Create end event': '添加结束事件', 'Create gateway': '添加网关', 'Create task': '添加任务',
  'Create intermediate/boundary event': '添加中间事件', 'Create expanded sub-process': '添加子流程', 'Create data object reference': '添加数据对象',
  'Create data store reference': '添加数据存储', 'Create pool/participant': '添加泳池', 'Create group': '添加分组', 'Create text annotation': '添加注释',
  'Align elements': '对齐', 'Align elements left': '左对齐', 'Align elements right': '右对齐', 'Align elements center': '左右居中',
  'Align elements top': '上对齐', 'Align elements bottom': '下对齐', 'Align elements middle': '上下居中', 'Distribute elements horizontally': '横向等距',
  'Distribute elements vertically': '纵向等距', 'Search in diagram': '在图中查找', 'Search': '查找', 'Toggle minimap': '缩略图', 'Open minimap': '打开缩略图',
  'Close minimap': '收起缩略图', 'Add lane above': '在上面加泳道', 'Add lane below': '在下面加泳道', 'Divide into two lanes': '分成两条泳道',
  'Divide into three lanes': '分成三条泳道', 'Parallel multi-instance': '并行多实例（会签）', 'Sequential multi-instance': '串行多实例（依次签）',
  'Loop': '循环', 'Ad-hoc': '随意', 'Collection': '集合', 'Participant multiplicity': '多个参与者', 'Non-interrupting': '不中断', 'Search elements': '查找元素',
  'Sub-process (collapsed)': '子流程（收起）', 'Sub-process (expanded)': '子流程（展开）', 'Sub-process': '子流程', 'Event sub-process': '事件子流程',
  'User task': '人工任务', 'Service task': '系统任务', 'Script task': '脚本任务', 'Business rule task': '决策任务', 'Manual task': '手工任务',
  'Send task': '发送任务', 'Receive task': '接收任务', 'Call activity': '调用活动', 'Task': '任务', 'Transaction': '事务', 'Exclusive gateway': '排他网关',
  'Parallel gateway': '并行网关', 'Inclusive gateway': '相容网关', 'Complex gateway': '复杂网关', 'Event-based gateway': '事件网关',
  'Start event': '开始事件', 'End event': '结束事件', 'Timer boundary event': '定时边界事件', 'Timer boundary event (non-interrupting)': '定时边界事件（不中断）',
  'Message boundary event': '消息边界事件', 'Error boundary event': '错误边界事件', 'Timer intermediate catch event': '定时中间事件',
  'Message intermediate catch event': '消息中间事件', 'Message start event': '消息开始事件', 'Timer start event': '定时开始事件', 'Terminate end event': '终止结束事件',
  'no shape type specified': '没有说明形状', 'Pool': '泳池', 'Expanded pool/participant': '泳池', 'Empty pool/participant': '空泳池',
  'Empty pool/participant (removes content)': '空泳池（清除内容）', 'Intermediate throw event': '中间抛出事件', 'Default flow': '默认连线', 'Sequence flow': '顺序流',
  'Conditional flow': '条件连线', 'Data object reference': '数据对象', 'Data store reference': '数据存储', 'Toggle Token Simulation Mode': '走查动画',
  'out of bounds release': '不能放到外面', 'drop on shape not allowed': '不能放到这里', 'Appended': '已追加'
};
const words = { ...base, ...own };
export const missing = new Set();

function translate(template, replacements) {
  const found = words[template];
  if (found === undefined && /[a-z]{3}/.test(template)) missing.add(template);
  return (found === undefined ? template : found).replace(/{([^}]+)}/g, (_, key) => (replacements || {})[key] ?? `{${key}}`);
}
export const chinese = { translate: ['value', translate] };
export const kinds = {
  Process: '流程', Participant: '泳池', Lane: '泳道', UserTask: '人工任务', ServiceTask: '系统任务', ScriptTask: '脚本任务', BusinessRuleTask: '决策任务',
  CallActivity: '调用活动', SubProcess: '子流程', Transaction: '事务', ReceiveTask: '接收任务', SendTask: '发送任务', ManualTask: '手工任务', Task: '任务',
  StartEvent: '开始事件', EndEvent: '结束事件', BoundaryEvent: '边界事件', IntermediateCatchEvent: '中间等待事件', IntermediateThrowEvent: '中间抛出事件',
  ExclusiveGateway: '排他网关', ParallelGateway: '并行网关', InclusiveGateway: '相容网关', EventBasedGateway: '事件网关', ComplexGateway: '复杂网关',
  SequenceFlow: '连线', TextAnnotation: '注释', Group: '分组', Collaboration: '协作图', Association: '关联线', DataObjectReference: '数据对象',
  DataStoreReference: '数据存储', MessageFlow: '消息流'
};
