// What is set on the chosen element: the plain parts of BPMN first, then our own groups, as the server's table of attributes says.
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';
import { el } from './dom.js';
import { field, rows } from './fields.js';
import { plain } from './plain.js';
import { kinds } from './words.js';

export function panel(modeler, place, choices, readOnly) {
  const stack = modeler.get('commandStack'), selection = modeler.get('selection'), canvas = modeler.get('canvas'), factory = modeler.get('bpmnFactory');
  let shown = null, open = new Set(['who', 'form', 'limit', 'plain', 'start']);
  const names = () => choices.variables;

  const target = element => { // a pool stands for its process; the empty canvas for the process it shows
    const own = getBusinessObject(element);
    if (is(own, 'bpmn:Participant') && own.processRef) return own.processRef;
    if (is(own, 'bpmn:Collaboration')) return own.participants?.find(one => one.processRef)?.processRef || own;
    return own;
  };
  const update = (element, owner, properties) => stack.execute('element.updateModdleProperties', { element, moddleElement: owner, properties });
  const options = (one, owner) => {
    if (one.choices.length) return one.choices;
    if (one.picker === 'accesses') {
      const form = owner.get(one.name === 'startAccess' ? 'gl:startForm' : 'gl:formRef');
      return (choices.pickers.accesses[form] || []).map(value => ({ value, label: value }));
    }
    return one.picker ? choices.pickers[one.picker] : null;
  };
  const group = (key, title, children) => {
    if (!children.length) return null;
    const box = el('details', { className: 'studio-group', open: open.has(key) }, el('summary', {}, title), ...children);
    box.addEventListener('toggle', () => { if (box.open) open.add(key); else open.delete(key); });
    return box;
  };
  const belongs = (owner, one) => one.owners.some(kind => is(owner, `bpmn:${kind}`));

  function childRows(element, owner, child) {
    const holder = owner.get('extensionElements'), type = `gl:${child.name[0].toUpperCase()}${child.name.slice(1)}`;
    const all = holder ? holder.get('values') : [], mine = all.filter(one => is(one, type));
    const write = values => {
      if (holder) return update(element, holder, { values });
      const made = factory.create('bpmn:ExtensionElements', { values });
      made.$parent = owner;
      values.forEach(one => { one.$parent = made; });
      return update(element, owner, { extensionElements: made });
    };
    const entries = mine.map(one => ({ one, remove: () => write(all.filter(other => other !== one)) }));
    const paint = entry => child.fields.map(attribute => field(attribute, entry.one.get(attribute.name), options(attribute, owner), names,
      value => update(element, entry.one, { [attribute.name]: value === '' ? undefined : value })));
    const add = () => { const made = factory.create(type, {}); if (holder) made.$parent = holder; write([...all, made]); };
    return rows(child.title, child.meaning, entries, paint, add);
  }

  const held = () => { // where somebody is in the panel, to be there again after it was painted anew
    const active = document.activeElement, label = active?.labels?.[0]?.textContent;
    const all = [...place.querySelectorAll('label')].filter(one => one.textContent === label);
    return place.contains(active) && label ? { label, number: all.indexOf(active.labels[0]), from: active.selectionStart, to: active.selectionEnd } : null;
  };
  const hold = spot => {
    const input = spot && [...place.querySelectorAll('label')].filter(one => one.textContent === spot.label)[spot.number]?.control;
    if (!input) return;
    input.focus({ preventScroll: true });
    if (/^(text|textarea|search)$/.test(input.type) && spot.from !== null) input.setSelectionRange(spot.from, spot.to);
  };
  function render() {
    const before = shown, was = held(), top = place.scrollTop;
    paintAll();
    if (before && before === shown) { hold(was); place.scrollTop = top; }
  }
  function paintAll() {
    stale = false;
    const chosen = selection.get();
    shown = chosen.length === 1 ? chosen[0] : canvas.getRootElement();
    if (chosen.length > 1) { place.replaceChildren(el('p', { className: 'muted' }, `选中了 ${chosen.length} 个元素。`)); return; }
    const owner = target(shown);
    if (!owner.$type) { place.replaceChildren(); return; } // before a diagram is open
    const kind = kinds[owner.$type.replace('bpmn:', '')] || owner.$type;
    const groups = choices.groups.map(one => group(one.id, one.title, one.fields.filter(attribute => belongs(owner, attribute)).map(attribute =>
      field(attribute, owner.get(`gl:${attribute.name}`), options(attribute, owner), names,
        value => { update(shown, owner, { [`gl:${attribute.name}`]: value === '' ? undefined : value }); }))));
    const children = choices.children.filter(child => belongs(owner, child)).map(child => childRows(shown, owner, child));
    place.replaceChildren(el('h2', {}, owner.name || kind, el('small', { className: 'muted' }, ` ${kind}`)),
      group('plain', '基本', plain(modeler, shown, owner, choices, update)), ...groups.filter(Boolean), ...children);
    if (readOnly) place.querySelectorAll('input,select,textarea,button').forEach(one => { one.disabled = true; });
  }
  let stale = false;
  const maybe = () => { // while somebody types in the panel it is not painted anew under their fingers
    const active = document.activeElement;
    stale = place.contains(active) && /^(INPUT|TEXTAREA)$/.test(active.tagName) && active.type !== 'checkbox';
    if (!stale) render();
  };
  place.addEventListener('focusout', () => setTimeout(() => { if (stale) maybe(); }, 50));
  modeler.on('selection.changed', render);
  modeler.on('elements.changed', event => { if (event.elements.includes(shown)) maybe(); });
  modeler.on('import.done', render);
  function focus(title) { // wherever it is folded away
    const label = [...place.querySelectorAll('label')].find(one => one.textContent.trim() === title);
    document.getElementById('tab-panel').click();
    if (label?.closest('details')) label.closest('details').open = true;
    label?.control?.focus();
  }
  return { render, focus };
}
