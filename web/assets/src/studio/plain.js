// The plain parts of BPMN: name, conditions, timers, messages, countersign, scripts, calls.
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { field } from './fields.js';

const TIMERS = [['timeDate', '到某一时刻'], ['timeDuration', '过一段时间'], ['timeCycle', '反复']];
const REFS = { 'bpmn:MessageEventDefinition': ['messageRef', 'bpmn:Message', '消息'], 'bpmn:SignalEventDefinition': ['signalRef', 'bpmn:Signal', '信号'],
  'bpmn:ErrorEventDefinition': ['errorRef', 'bpmn:Error', '错误'], 'bpmn:EscalationEventDefinition': ['escalationRef', 'bpmn:Escalation', '升级'] };

export function plain(modeler, element, owner, choices, update) {
  const factory = modeler.get('bpmnFactory'), modeling = modeler.get('modeling'), names = () => choices.variables, found = [];
  const add = (one, value, put, options = null) => found.push(field({ kind: 'text', choices: [], ...one }, value, options, names, put));
  const expression = (holder, key, title, meaning) => add({ kind: 'feel', title, meaning }, holder.get(key)?.body, body => {
    const made = body.trim() ? factory.create('bpmn:FormalExpression', { body }) : undefined;
    if (made) made.$parent = holder;
    update(element, holder, { [key]: made });
  });

  add({ title: '名称' }, owner.name, name => (owner === element.businessObject ? modeling.updateLabel(element, name) : update(element, owner, { name })));
  add({ title: '编号', meaning: '英文字母开头；已经发布过的不要改' }, owner.id, id => { if (/^[A-Za-z_][\w.-]*$/.test(id) && id !== owner.id) rename(modeler, element, owner, id, update); });
  if (is(owner, 'bpmn:SequenceFlow')) {
    expression(owner, 'conditionExpression', '条件', '成立时走这条线；默认出口不写');
    if (owner.sourceRef && 'default' in owner.sourceRef.$descriptor.propertiesByName)
      add({ kind: 'boolean', title: '默认出口', meaning: '别的条件都不成立时走这条', yes: true, no: false }, owner.sourceRef.default === owner,
        on => modeling.updateProperties(element.source, { default: on ? owner : undefined }));
  }
  if (is(owner, 'bpmn:ScriptTask')) add({ kind: 'feel', title: '算什么', meaning: '一个表达式，结果存入“结果变量”' }, owner.script,
    script => update(element, owner, { script, scriptFormat: 'feel' }));
  if (is(owner, 'bpmn:CallActivity')) add({ title: '调用哪个流程' }, owner.calledElement, calledElement => update(element, owner, { calledElement: calledElement || undefined }),
    choices.pickers.processes);
  if (is(owner, 'bpmn:BoundaryEvent')) add({ kind: 'boolean', title: '到时收回这一步', meaning: '不勾选时步骤继续，另开一条支线去提醒、督办', yes: true, no: false },
    owner.cancelActivity !== false, on => update(element, owner, { cancelActivity: on }));
  const event = owner.eventDefinitions?.[0];
  if (event && is(event, 'bpmn:TimerEventDefinition')) timer(event, element, add, expression, update, factory);
  if (event && is(event, 'bpmn:ConditionalEventDefinition')) expression(event, 'condition', '什么时候', '条件成立时触发');
  if (event && REFS[event.$type]) reference(modeler, event, element, add, update, factory);
  if (owner.loopCharacteristics && is(owner.loopCharacteristics, 'bpmn:MultiInstanceLoopCharacteristics')) signers(owner.loopCharacteristics, element, add, expression, update, factory);
  add({ kind: 'long', title: '说明' }, owner.documentation?.[0]?.text, text => {
    const made = text ? [factory.create('bpmn:Documentation', { text })] : [];
    made.forEach(one => { one.$parent = owner; });
    update(element, owner, { documentation: made });
  });
  return found;
}

function rename(modeler, element, owner, id, update) {
  if (modeler.get('elementRegistry').get(id)) return;
  if (owner === element.businessObject) modeler.get('modeling').updateProperties(element, { id });
  else update(element, owner, { id });
}

function timer(event, element, add, expression, update, factory) {
  const now = TIMERS.find(([key]) => event.get(key)) || TIMERS[0];
  add({ title: '定时方式' }, now[0], kind => {
    const body = event.get(now[0])?.body || '', values = Object.fromEntries(TIMERS.map(([key]) => [key, undefined]));
    values[kind || 'timeDate'] = factory.create('bpmn:FormalExpression', { body });
    update(element, event, values);
  }, TIMERS.map(([value, label]) => ({ value, label })));
  expression(event, now[0], '何时', '本步骤到期写 deadline.due，提前提醒写 deadline.warn');
}

function reference(modeler, event, element, add, update, factory) {
  const [key, type, title] = REFS[event.$type], root = modeler.getDefinitions(), known = root.get('rootElements').filter(one => is(one, type));
  add({ title, meaning: '改成清单以外的名称会新建一个' }, event.get(key)?.name, name => {
    let wanted = known.find(one => one.name === name);
    if (!wanted && name) {
      wanted = factory.create(type, { name });
      wanted.$parent = root;
      update(element, root, { rootElements: [...root.get('rootElements'), wanted] });
    }
    update(element, event, { [key]: wanted });
  });
}

function signers(loop, element, add, expression, update, factory) {
  const item = (key, title, meaning) => add({ title, meaning }, loop.get(key)?.name, name => {
    const made = name ? factory.create('bpmn:DataInput', { id: name, name }) : undefined;
    if (made) made.$parent = loop;
    update(element, loop, { [key]: made });
  });
  add({ title: '名单变量', meaning: '放人员编号的列表，每人一份待办' }, loop.get('gl:listIn'), text => update(element, loop, { 'gl:listIn': text || undefined }));
  item('inputDataItem', '每一个叫', '在“指定办理人”里写这个名称');
  add({ title: '结果收进', meaning: '每人的回答收进这个列表变量' }, loop.get('gl:listOut'), text => update(element, loop, { 'gl:listOut': text || undefined }));
  item('outputDataItem', '收每人的哪一项', '表单里的字段名');
  expression(loop, 'completionCondition', '什么时候够了', '不写就是每个人都要签');
}
