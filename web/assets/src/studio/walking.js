// The token animation speaks English and asks nobody for words: what it writes is put into Chinese as it appears.
const WORDS = new Map(Object.entries({
  'Trigger Event': '触发这个事件', 'Set Sequence Flow': '换一条路', 'Add pause point': '在这里暂停', 'Remove pause point': '不再暂停',
  'Play/Pause Simulation': '继续或者暂停', 'Play Simulation': '继续', 'Pause Simulation': '已暂停', 'Reset Simulation': '重新开始',
  'Toggle Simulation Log': '显示或者收起经过', 'Simulation Log': '经过', 'Token Simulation': '走查动画', 'No Entries': '还没有',
  'Not supported': '动画不能演示', 'Found unsupported elements': '图中有动画不能演示的元素', 'Finished': '走完了',
  'Process started': '流程开始', 'Process finished': '流程结束', 'Process canceled': '流程取消', 'Process completed': '流程结束', 'Sub-Process': '子流程',
  'SubProcess started': '子流程开始', 'SubProcess finished': '子流程结束', 'SubProcess canceled': '子流程取消',
  'Transaction': '事务', 'Service Task': '系统步骤', 'User Task': '人工步骤', 'Call Activity': '调用流程', 'Script Task': '脚本步骤',
  'Business Rule Task': '决策步骤', 'Manual Task': '手工任务', 'Receive Task': '接收步骤', 'Send Task': '发送步骤', 'Task': '任务',
  'Exclusive Gateway': '排他网关', 'Parallel Gateway': '并行网关', 'Inclusive Gateway': '包容网关', 'Event Based Gateway': '事件网关',
  'Start Event': '开始事件', 'Intermediate Event': '中间事件', 'Boundary Event': '边界事件', 'End Event': '结束事件'
}));
const SPEEDS = { Slow: '慢', Normal: '中', Fast: '快' };
const SHAPES = [[/^(?:Set animation speed = |动画速度：)(Slow|Normal|Fast)$/, (_, speed) => `动画速度：${SPEEDS[speed]}`], [/^Focus process instance .*$/, '看这一件'],
  [/^(.+) (started|finished|canceled)$/, (_, name, what) => `${WORDS.get(name) || name}${{ started: '开始', finished: '结束', canceled: '取消' }[what]}`]];

function said(text) {
  const words = text.trim();
  if (!words) return null;
  const found = WORDS.get(words) || SPEEDS[words];
  if (found) return found;
  const shape = SHAPES.find(([like]) => like.test(words));
  return shape ? words.replace(...shape) : null;
}

function put(root) {
  const all = root.nodeType === Node.ELEMENT_NODE ? [root, ...root.querySelectorAll('*')] : [root.parentElement];
  all.filter(one => one?.closest('[class*="bts-"]')).forEach(one => {
    const title = one.getAttribute('title') && said(one.getAttribute('title'));
    if (title) one.setAttribute('title', title);
    one.childNodes.forEach(child => {
      const words = child.nodeType === Node.TEXT_NODE ? said(child.data) : null;
      if (words && words !== child.data) child.data = words;
    });
  });
}

export function walking(canvas) {
  put(canvas);
  new MutationObserver(changes => changes.forEach(one => {
    one.addedNodes.forEach(put);
    if (one.type !== 'childList') put(one.target);
  })).observe(canvas, { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ['title'] });
}
