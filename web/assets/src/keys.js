// Keys in a list of rows: / search, j k move, Enter open, x tick, c claim, ? help. Off inside inputs, and can be switched off.
const OFF = 'gridloop-keys-off';
const off = () => { try { return localStorage.getItem(OFF); } catch (e) { return null; } };

export function keys(say) {
  const rows = () => [...document.querySelectorAll('[data-row]')];
  const at = () => document.querySelector('[data-row].at');
  function move(step) {
    const all = rows(), n = Math.min(Math.max(all.indexOf(at()) + step, 0), all.length - 1);
    all.forEach((r, i) => r.classList.toggle('at', i === n));
    if (!all[n]) return;
    all[n].scrollIntoView({ block: 'nearest' });
    const link = all[n].querySelector('a');
    if (link) link.focus({ preventScroll: true });
  }
  const acts = {
    '/': () => { const s = document.querySelector('[data-search]'); if (s) { s.focus(); s.select(); } },
    j: () => move(1), k: () => move(-1),
    x: () => { const box = at() && at().querySelector('input[type=checkbox]'); if (box) box.click(); },
    c: () => { const b = at() && at().querySelector('[data-claim]'); if (b) b.click(); },
    '?': () => { const d = document.getElementById('keys-help'); if (d) d.showModal(); }
  };
  document.addEventListener('keydown', e => {
    if (e.ctrlKey || e.metaKey || e.altKey || off() || e.target.closest('input:not([type=checkbox]), textarea, select, [contenteditable], dialog')) return;
    const act = acts[e.key];
    if (act && document.querySelector('[data-keys]')) { e.preventDefault(); act(); }
  });
  document.addEventListener('click', e => {
    if (e.target.closest('[data-keys-help]')) acts['?']();
    if (e.target.closest('[data-close]')) e.target.closest('dialog').close();
    const toggle = e.target.closest('[data-keys-switch]');
    if (toggle) {
      try { off() ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, '1'); } catch (error) { say('浏览器不允许保存这个设置。'); }
      say(off() ? '快捷键已关闭' : '快捷键已开启');
      toggle.textContent = off() ? '开启快捷键' : '关闭快捷键';
    }
  });
}
