// One field of the panel for one thing that can be set; every write goes through the command stack, so it can be undone.
import { el, button } from './dom.js';
import { feelField } from './feel.js';

let number = 0;
const fresh = () => `p${number += 1}`;

// one: {title, meaning, kind, choices, picker}; options: [{value,label}] or null
export function field(one, value, options, names, put) {
  const id = fresh();
  if (one.kind === 'feel') return feelField({ id, value, label: one.title, hint: one.meaning, names, onchange: later(put) });
  if (one.kind === 'words' && options) return words(id, one, value, options, put);
  if (options) return labelled(id, one, select(id, value, options, put));
  if (one.kind === 'boolean') return tick(id, one, value, put);
  return labelled(id, one, text(id, one, value, put));
}

const waiting = new Map(); // what was typed and is not written down yet
export const flush = () => { [...waiting.values()].forEach(write => write()); };
document.addEventListener('focusout', () => setTimeout(flush)); // when the next field has the focus already

export const later = (put, wait = 400) => { // typing is written down when it pauses, and in any case when the field or the page is left
  const mine = Symbol('field');
  let timer;
  return value => {
    clearTimeout(timer);
    const write = () => { clearTimeout(timer); waiting.delete(mine); put(value); };
    waiting.set(mine, write);
    timer = setTimeout(write, wait);
  };
};

function labelled(id, one, input) {
  return el('div', { className: 'field' }, el('label', { htmlFor: id }, one.title), one.meaning ? el('p', { className: 'hint' }, one.meaning) : null, input);
}

function text(id, one, value, put) {
  const write = later(put), tag = one.kind === 'long' ? 'textarea' : 'input';
  const input = el(tag, { id, className: 'form-control', value: value || '', placeholder: one.example || '', autocomplete: 'off', spellcheck: false });
  input.addEventListener('input', () => write(input.value));
  return input;
}

function select(id, value, options, put) {
  const known = options.some(option => option.value === value);
  const box = el('select', { id, className: 'form-select' }, el('option', { value: '' }, '（未设置）'),
    ...options.map(option => el('option', { value: option.value, selected: option.value === value }, option.label === option.value ? option.label : `${option.label}  ${option.value}`)),
    value && !known ? el('option', { value, selected: true }, `${value}（不在清单里）`) : null);
  box.addEventListener('change', () => put(box.value));
  return box;
}

function tick(id, one, value, put) {
  const box = el('input', { id, type: 'checkbox', className: 'form-check-input', checked: value === true || value === 'true' });
  box.addEventListener('change', () => put(box.checked ? one.yes ?? 'true' : one.no ?? ''));
  return el('div', { className: 'field' }, el('label', { className: 'choice' }, box, el('span', {}, one.title)), one.meaning ? el('p', { className: 'hint' }, one.meaning) : null);
}

function words(id, one, value, options, put) {
  const chosen = (value || '').split(/\s+/).filter(Boolean);
  const label = key => (options.find(option => option.value === key) || { label: key }).label;
  const list = el('ul', { className: 'studio-chips' }, ...chosen.map(key => el('li', {}, `${label(key)} `,
    el('button', { type: 'button', 'aria-label': `去掉${label(key)}`, onclick: () => put(chosen.filter(one => one !== key).join(' ')) }, '×'))));
  const more = el('select', { id, className: 'form-select' }, el('option', { value: '' }, '添加…'),
    ...options.filter(option => !chosen.includes(option.value)).map(option => el('option', { value: option.value }, `${option.label}  ${option.value}`)));
  more.addEventListener('change', () => put([...chosen, more.value].join(' ')));
  return labelled(id, one, el('div', {}, list, more));
}

// rows of children such as gl:document: [{values, put, remove}], with a button for one more
export function rows(title, meaning, entries, paint, add) {
  return el('details', { className: 'studio-group', open: entries.length > 0 }, el('summary', {}, `${title}${entries.length ? `（${entries.length}）` : ''}`), el('p', { className: 'hint' }, meaning),
    ...entries.map(entry => el('div', { className: 'studio-row' }, ...paint(entry), button('去掉', entry.remove, { className: 'btn btn-outline-danger btn-sm' }))),
    button(`添加${title}`, add));
}
