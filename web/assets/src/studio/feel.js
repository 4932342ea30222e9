// A field for FEEL: says at once where the text cannot be read, and offers the names that may be used.
import { parser } from '@bpmn-io/lezer-feel';
import { el } from './dom.js';

export function problem(text) { // '' when it can be read
  if (!text.trim()) return '';
  let at = -1;
  parser.configure({ top: 'Expression' }).parse(text).iterate({ enter: node => { if (at < 0 && node.type.isError) at = node.from; } });
  return at < 0 ? '' : at >= text.length ? '表达式没有写完。' : `第 ${at + 1} 个字附近看不懂：“${text.slice(at, at + 8)}”。`;
}

const WORD = /[\p{L}_][\p{L}\p{N}_.]*$/u;

export function feelField({ id, value, label, hint, names, onchange, rows = 2 }) {
  const wrong = el('p', { className: 'studio-wrong', id: `${id}-wrong` }), offers = el('ul', { className: 'studio-offers', role: 'listbox', id: `${id}-offers`, hidden: true });
  const area = el('textarea', { id, className: 'form-control feel', value: value || '', rows, spellcheck: false, 'aria-describedby': `${id}-wrong`,
    'aria-controls': `${id}-offers`, 'aria-expanded': 'false', role: 'combobox', 'aria-autocomplete': 'list' });
  let chosen = 0, shown = [];
  const close = () => { offers.hidden = true; shown = []; area.setAttribute('aria-expanded', 'false'); };
  const check = () => { const said = problem(area.value); wrong.textContent = said; area.setAttribute('aria-invalid', said ? 'true' : 'false'); };
  const put = name => {
    const before = area.value.slice(0, area.selectionStart).replace(WORD, name), after = area.value.slice(area.selectionStart);
    area.value = before + after;
    area.selectionStart = area.selectionEnd = before.length;
    close(); check(); onchange(area.value);
  };
  const paint = () => {
    offers.replaceChildren(...shown.map((one, number) => el('li', { role: 'option', id: `${id}-o${number}`, 'aria-selected': number === chosen ? 'true' : 'false',
      onmousedown: event => { event.preventDefault(); put(one.name); } }, one.name, one.type ? ` （${one.type}）` : '')));
    offers.hidden = !shown.length;
    area.setAttribute('aria-expanded', shown.length ? 'true' : 'false');
    if (shown.length) area.setAttribute('aria-activedescendant', `${id}-o${chosen}`); else area.removeAttribute('aria-activedescendant');
  };
  const offer = () => {
    const typed = (WORD.exec(area.value.slice(0, area.selectionStart)) || [''])[0];
    shown = typed ? names().filter(one => one.name.toLowerCase().includes(typed.toLowerCase()) && one.name !== typed).slice(0, 8) : [];
    chosen = 0;
    paint();
  };
  area.addEventListener('input', () => { check(); offer(); onchange(area.value); });
  area.addEventListener('keydown', event => {
    if (!shown.length) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') chosen = (chosen + (event.key === 'ArrowDown' ? 1 : shown.length - 1)) % shown.length;
    else if (event.key === 'Enter' || event.key === 'Tab') { event.preventDefault(); put(shown[chosen].name); return; }
    else if (event.key === 'Escape') { event.stopPropagation(); close(); return; }
    else return;
    event.preventDefault();
    paint();
  });
  area.addEventListener('blur', close);
  check();
  return el('div', { className: 'field feel-field' }, el('label', { htmlFor: id }, label), hint ? el('p', { className: 'hint' }, hint) : null, area, offers, wrong);
}
