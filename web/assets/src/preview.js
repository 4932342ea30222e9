// The fields of a form after a choice: the server says which are there now, what is already on the page stays as it is. A field that
// has not changed keeps its words, its focus, its map and its photos, whatever was typed while the answer was on its way.
const shapes = new WeakMap();
const isGroup = node => node.matches('fieldset.group') && !node.id;
const childrenOf = node => [...node.children].filter(n => !n.matches('legend'));

function shape(node) { // how a field is drawn, without what stands in it
  const copy = node.cloneNode(true);
  copy.querySelectorAll('input:not([type=radio]):not([type=checkbox])').forEach(x => x.removeAttribute('value'));
  copy.querySelectorAll('[checked], [selected]').forEach(x => { x.removeAttribute('checked'); x.removeAttribute('selected'); });
  copy.querySelectorAll('textarea, .photos, [data-progress]').forEach(x => x.replaceChildren());
  return copy.outerHTML.replace(/\s+/g, ' ');
}
function key(node) {
  if (isGroup(node)) return `group ${node.querySelector('legend') ? node.querySelector('legend').textContent : ''}`;
  const named = node.id ? node : node.querySelector('[id^="f-"]');
  return named ? named.id.replace(/-camera$/, '') : node.textContent.trim();
}

export function remember(root) {
  const look = node => childrenOf(node).forEach(n => {
    if (isGroup(n)) look(n); else if (!shapes.has(n)) shapes.set(n, shape(n));
  });
  root.querySelectorAll('[data-preview]').forEach(look);
}

function carry(from, to) { // the same field drawn anew: what was in it goes along
  to.querySelectorAll('[name]').forEach(x => {
    const had = [...from.querySelectorAll('[name]')].find(o => o.name === x.name && (!/radio|checkbox/.test(x.type) || o.value === x.value));
    if (!had || x.type === 'file') return;
    if (/radio|checkbox/.test(x.type)) x.checked = had.checked; else x.value = had.value;
  });
  const list = to.querySelector('.photos');
  if (list) list.replaceChildren(...[...from.querySelectorAll('.photos li')].filter(li => li.querySelector('input')));
}

function merge(old, fresh) {
  const known = new Map(childrenOf(old).map(n => [key(n), n])), focus = document.activeElement && document.activeElement.id;
  const wanted = childrenOf(fresh).map(n => {
    const had = known.get(key(n));
    if (!had) return n;
    if (isGroup(n) && isGroup(had)) { merge(had, n); return had; }
    if (shapes.get(had) === shape(n)) return had;
    shapes.set(n, shape(n));
    carry(had, n);
    return n;
  });
  childrenOf(old).filter(n => !wanted.includes(n)).forEach(n => n.remove());
  wanted.forEach((n, i) => { const at = childrenOf(old)[i]; if (at !== n) old.insertBefore(n, at || null); });
  const again = focus && document.getElementById(focus);
  if (again && again !== document.activeElement && old.contains(again)) again.focus({ preventScroll: true });
}

/** Put the server's answer into the fields; true when that is done. */
export function answered(e) {
  const box = e.detail.target;
  if (!box.matches('[data-preview]') || e.detail.xhr.status !== 200) return false;
  const fresh = document.createElement('template');
  fresh.innerHTML = e.detail.xhr.responseText;
  e.detail.shouldSwap = false;
  merge(box, fresh.content);
  return true;
}
