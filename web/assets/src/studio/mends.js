// One press for what has one mend (一键修改): rule → words on the button, when it fits, what it does. Each is one step of undo, and none of
// them decides what only the designer can decide; where something has to be chosen, the press leads to the field.
import { is } from 'bpmn-js/lib/util/ModelUtil';

const ROOM = 100; // pixels that are made for a gateway that is put in

export function mends(modeler, { key, focus }) {
  const get = name => modeler.get(name), modeling = get('modeling'), stack = get('commandStack'), root = () => get('canvas').getRootElement();
  const flows = list => list.filter(one => is(one, 'bpmn:SequenceFlow'));
  const plain = element => flows(element.outgoing).filter(one => !one.businessObject.conditionExpression);
  const processes = () => modeler.getDefinitions().get('rootElements').filter(one => is(one, 'bpmn:Process'));
  const runs = () => (processes().length === 1 ? processes()[0] : processes().filter(one => one.isExecutable)[0]);
  const set = (owner, properties, element = root()) => (owner === element.businessObject ? modeling.updateProperties(element, properties)
    : stack.execute('element.updateModdleProperties', { element, moddleElement: owner, properties }));
  stack.register('studio.mend', { preExecute: context => context.act() });

  function room(from) { // everything from here on moves to the right
    const tool = get('spaceTool'), all = get('elementRegistry').filter(one => one !== root() && !one.hidden);
    const { movingShapes, resizingShapes } = tool.calculateAdjustments(all, 'x', ROOM, from);
    tool.makeSpace(movingShapes, resizingShapes, { x: ROOM, y: 0 }, 'e', from);
  }
  const gateway = (type, element, x) => modeling.createShape({ type }, { x, y: element.y + element.height / 2 }, element.parent);
  function before(element, type) {
    const coming = flows(element.incoming);
    room(element.x - 5);
    const made = gateway(type, element, element.x - ROOM / 2);
    coming.forEach(one => modeling.reconnectEnd(one, made, { x: made.x, y: made.y + made.height / 2 }));
    modeling.connect(made, element);
  }
  function after(element) {
    const going = flows(element.outgoing);
    room(element.x + element.width + 5);
    const made = gateway('bpmn:ParallelGateway', element, element.x + element.width + ROOM / 2);
    going.forEach(one => modeling.reconnectStart(one, made, { x: made.x + made.width, y: made.y + made.height / 2 }));
    modeling.connect(element, made);
  }
  function escalate(element) {
    const shape = get('elementFactory').createShape({ type: 'bpmn:BoundaryEvent', eventDefinitionType: 'bpmn:TimerEventDefinition', cancelActivity: false });
    const made = modeling.createShape(shape, { x: element.x + element.width - 20, y: element.y + element.height }, element, { attach: true });
    const event = made.businessObject.eventDefinitions[0], body = get('bpmnFactory').create('bpmn:FormalExpression', { body: 'deadline.due' });
    body.$parent = event;
    stack.execute('element.updateModdleProperties', { element: made, moddleElement: event, properties: { timeDate: body } });
    modeling.updateProperties(made, { name: '到期' });
    get('selection').select(made); // what comes after it is the designer's to draw
  }
  function ordered(element) { // as they stand in the file, which is how they are asked now
    const own = element.businessObject, written = own.$parent.flowElements.filter(one => one.sourceRef === own && one.conditionExpression && one !== own.default);
    written.forEach((one, place) => modeling.updateProperties(get('elementRegistry').get(one.id), { 'gl:order': place + 1 }));
  }
  const straight = element => plain(element).length > 1 && plain(element).length === flows(element.outgoing).length && !element.businessObject.default;
  const go = (words, label) => ({ words, leads: true, act: () => focus(label) });
  const put = (words, act, fits = () => true, more = {}) => ({ words, act, fits, ...more });

  const known = {
    'gateway-has-default': put('设一条默认出口', element => modeling.updateProperties(element, { default: plain(element)[0].businessObject }), element => plain(element).length === 1),
    'deadline-has-escalation': put('加一个到期事件', escalate),
    'no-token-quantities': put('去掉令牌数量', element => modeling.updateProperties(element, { startQuantity: undefined, completionQuantity: undefined })),
    'multi-instance-behavior': put('改回默认的触发方式', element => set(element.businessObject.loopCharacteristics, { behavior: undefined }, element), element => element.businessObject.loopCharacteristics),
    'no-mixed-gateway': put('拆成汇合和分叉', element => before(element, element.type)),
    'no-loop-into-split': put('前面加一个汇合网关', element => before(element, 'bpmn:ExclusiveGateway')),
    'no-implicit-split': put('插入并行网关', after, straight),
    'imported-rewrite': put('把并行网关画出来', after, straight),
    'conditions-exclusive': put('按现在的顺序写上判断顺序', ordered),
    'task-has-type': put('改成人工任务', element => get('bpmnReplace').replaceElement(element, { type: 'bpmn:UserTask' }), element => element.type === 'bpmn:Task'),
    'reserved-id': put('换一个编号', element => modeling.updateProperties(element, { id: get('moddle').ids.nextPrefixed(is(element, 'bpmn:SequenceFlow') ? 'Flow_' : 'Step_', element.businessObject) })),
    'process-key': put('把编号改成文件名', () => set(runs(), { id: key }), () => runs() && !get('elementRegistry').get(key), { whole: true }),
    'viewable-only': put('勾选“可执行”', () => set(runs(), { isExecutable: true }), () => processes().length === 1, { whole: true }),
    'one-executable-process': put('勾选“可执行”', () => set(runs(), { isExecutable: true }), () => processes().length === 1 && !processes()[0].isExecutable, { whole: true }),
    'element-has-name': go('去填名称', '名称'), 'names-in-chinese': go('去填名称', '名称'), 'user-task-has-role': go('去选岗位', '办理岗位'), 'known-role': go('去选岗位', '办理岗位'),
    'decision-has-result': go('去填结果变量', '结果变量'), 'known-function': go('去选操作', '系统操作'), 'known-form': { ...go('去选表单', '办理表单'), fits: element => is(element, 'bpmn:UserTask') }, 'flow-has-condition': go('去写条件', '条件')
  };
  return (page, element) => { // what one press does here; nothing when there is no one mend
    const found = known[page];
    if (!found || !(element || found.whole) || found.fits && !found.fits(element)) return null;
    return { words: found.words, act: () => (found.leads ? found.act() : stack.execute('studio.mend', { act: () => found.act(element) })) };
  };
}
