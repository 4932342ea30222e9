// What the check says, on the elements and in a list: why, how to mend it, and the way through the diagram that shows it.
import { el, button, post } from './dom.js';
import { mends } from './mends.js';
import { kinds } from './words.js';

const WORDS = { error: '错误', warning: '警告', info: '提示' };
const ORDER = ['error', 'warning', 'info'];

export function findings(modeler, { base, key, list, count, saving, focus, readOnly }) {
  const overlays = modeler.get('overlays'), registry = modeler.get('elementRegistry'), canvas = modeler.get('canvas'), selection = modeler.get('selection');
  let timer, marked = [], asked = 0;

  const known = id => registry.get(id) || (id.includes('/') ? registry.get(id.split('/')[0]) : null);
  function go(id) {
    const element = known(id);
    if (!element) return;
    selection.select(element);
    canvas.scrollToElement(element, { top: 80, bottom: 120, left: 80, right: 80 });
  }
  function way(path) {
    marked.forEach(id => canvas.removeMarker(id, 'studio-path'));
    marked = [...new Set(path.map(id => known(id)?.id).filter(Boolean))];
    marked.forEach(id => canvas.addMarker(id, 'studio-path'));
  }
  const mend = mends(modeler, { key, focus });
  function line(one) {
    const element = known(one.element_id);
    const acts = el('p', { className: 'actions' });
    if (element) acts.append(button('看这里', () => go(one.element_id)));
    if (one.path?.length) acts.append(button('看路径', () => way(one.path)));
    const once = readOnly ? null : mend(one.page, element);
    if (once) acts.append(button(once.words, () => { go(one.element_id); setTimeout(once.act, 50); }));
    if (one.page) acts.append(el('a', { href: `/studio/rules/${one.page}`, target: '_blank', rel: 'noopener' }, `规则 ${one.rule}`));
    return el('li', { className: `finding finding-${one.severity}` }, el('strong', {}, `${WORDS[one.severity]}：`), `${one.element_name || (element ? `没有名称的${kinds[element.businessObject.$type.replace('bpmn:', '')] || '元素'}` : '整个流程')}：${one.message}`, el('span', { className: 'hint' }, one.hint), acts);
  }
  function show(told) {
    overlays.remove({ type: 'finding' });
    way([]);
    const sorted = [...told].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
    const worst = {};
    sorted.forEach(one => { const element = known(one.element_id); if (element) (worst[element.id] = worst[element.id] || []).push(one); });
    Object.entries(worst).forEach(([id, all]) => {
      if (registry.get(id) === canvas.getRootElement()) return;
      const badge = el('button', { type: 'button', className: `finding-badge finding-${all[0].severity}`, title: all.map(one => one.message).join('\n'),
        'aria-label': `${all.length} 条检查结果`, onclick: () => { count.closest('[role=tab]').click(); selection.select(registry.get(id)); } }, String(all.length));
      overlays.add(id, 'finding', { position: { top: -10, left: -10 }, scale: { min: 1 }, html: badge });
    });
    count.textContent = sorted.length ? String(sorted.length) : '';
    list.replaceChildren(...(sorted.length ? sorted.map(line) : [el('li', { className: 'muted' }, '没有问题，可以试运行或者申请发布。')]));
  }
  async function check() {
    const mine = asked += 1;
    const told = await post(`${base}/check`, { base: 0, files: { [saving.file]: await saving.text() } }).catch(() => null);
    if (mine !== asked || !told) return;
    if (told.findings) show(told.findings);
    else list.replaceChildren(el('li', { className: 'finding finding-error' }, told.message || '没有检查成，请刷新页面。'));
  }
  modeler.on('commandStack.changed', () => { clearTimeout(timer); timer = setTimeout(check, 1500); });
  return { check, show };
}
