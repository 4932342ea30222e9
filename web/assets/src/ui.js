// Glue for every page: htmx with our rules, keys in lists, drafts, photo fields. Pages work without it.
import htmx from 'htmx.org';
import { fields } from './fields.js';
import { drafts } from './drafts.js';
import { keys } from './keys.js';
import { lazy } from './lazy.js';
import { answered, remember } from './preview.js';

window.htmx = htmx;
document.documentElement.classList.add('has-script');
const token = () => document.querySelector('meta[name=csrf-token]').content;

document.addEventListener('htmx:configRequest', e => { e.detail.headers['X-CSRF-Token'] = token(); });
// 4xx answers of ours are pages for people: show them
document.addEventListener('htmx:beforeSwap', e => {
  if ([401, 403, 404, 409, 422].includes(e.detail.xhr.status)) { e.detail.shouldSwap = true; e.detail.isError = false; }
});
document.addEventListener('htmx:beforeSwap', e => {
  if (!answered(e)) return;
  start(e.detail.target.parentElement);
  e.detail.target.dispatchEvent(new CustomEvent('merged', { bubbles: true }));
});
document.addEventListener('htmx:sendError', () => say('网络不通，稍后会自动重试。'));
document.addEventListener('htmx:afterSwap', e => { start(e.target); });
document.addEventListener('htmx:historyRestore', () => start(document));
let past;
document.addEventListener('htmx:historyCacheMiss', e => { past?.abort(); past = e.detail.xhr; });

export function say(text) {
  const live = document.getElementById('live');
  live.textContent = '';
  requestAnimationFrame(() => { live.textContent = text; });
}

// what is typed into the search while an answer is on its way stays, and is searched for in its turn
let searched = null;
document.addEventListener('htmx:beforeSwap', e => {
  const q = document.activeElement;
  searched = q && q.matches('[data-search]') && e.detail.target.contains(q) ? q.value : null;
});
document.addEventListener('htmx:afterSettle', e => {
  const q = searched !== null && e.detail.target.querySelector('[data-search]');
  if (q && q.value !== searched) { q.value = searched; htmx.trigger(q, 'input'); }
  searched = null;
});

// a list that refreshes itself keeps what was ticked, the row in hand and the focus
let kept = null;
document.addEventListener('htmx:beforeSwap', e => {
  const rows = e.detail.target;
  if (!rows.matches('[data-keep]')) return;
  kept = {
    ticked: new Set([...rows.querySelectorAll('input[type=checkbox]:checked')].map(x => x.value)),
    at: rows.querySelector('.at') && rows.querySelector('.at').id,
    focus: rows.contains(document.activeElement) ? document.activeElement.id : null
  };
});
document.addEventListener('htmx:afterSettle', e => {
  const rows = e.detail.target;
  if (!kept || !rows.matches('[data-keep]')) return;
  rows.querySelectorAll('input[type=checkbox]').forEach(x => { x.checked = kept.ticked.has(x.value); });
  const at = kept.at && document.getElementById(kept.at), focus = kept.focus && document.getElementById(kept.focus);
  if (at) at.classList.add('at');
  if (focus) focus.focus({ preventScroll: true });
  kept = null;
  counted();
});

function counted() {
  document.querySelectorAll('[data-selection]').forEach(bar => {
    const n = document.querySelectorAll(`${bar.dataset.selection} input[type=checkbox]:checked`).length;
    bar.querySelector('[data-count]').textContent = n;
    bar.hidden = n === 0;
  });
}
document.addEventListener('change', e => {
  if (e.target.matches('[data-all]')) {
    document.querySelectorAll(`${e.target.dataset.all} input[type=checkbox]`).forEach(x => { x.checked = e.target.checked; });
  }
  if (e.target.matches('input[type=checkbox]')) counted();
  if (e.target.dataset && e.target.dataset.names) {
    document.getElementById(e.target.dataset.names).textContent = [...e.target.files].map(f => f.name).join('、') || '还没有选择文件';
  }
  const preview = e.target.matches('[data-changes]') && e.target.closest('[data-preview]');
  if (preview) htmx.trigger(preview, 'changes');
  const said = e.target.dataset && e.target.dataset.phrase && document.getElementById(e.target.dataset.phrase);
  if (said && e.target.value) { said.value = [said.value.trim(), e.target.value].filter(Boolean).join(''); e.target.value = ''; said.focus(); }
  if (e.target.matches('[data-submit]')) e.target.form.requestSubmit ? e.target.form.requestSubmit() : e.target.form.submit();
});

// one submission per page load: the second click is ignored, the button says why
document.addEventListener('submit', e => {
  const form = e.target;
  if (e.defaultPrevented || form.method !== 'post' || form.matches('[hx-post], [data-again]')) return;
  if (form.dataset.sent) { e.preventDefault(); return; }
  form.dataset.sent = '1';
  const button = e.submitter;
  setTimeout(() => { if (button) { button.setAttribute('aria-disabled', 'true'); button.classList.add('disabled'); } });
});
addEventListener('pageshow', e => { if (e.persisted) document.querySelectorAll('form[data-sent]').forEach(f => delete f.dataset.sent); });

// tabs: links to #ids become a tab list; without scripts they are jump links
function tabs(root) {
  root.querySelectorAll('[data-tabs]').forEach(list => {
    const links = [...list.querySelectorAll('a[href^="#"]')], bodies = links.map(a => document.querySelector(a.hash));
    list.setAttribute('role', 'tablist');
    const show = n => links.forEach((a, i) => {
      a.setAttribute('aria-selected', i === n); a.tabIndex = i === n ? 0 : -1; bodies[i].hidden = i !== n;
      if (i === n) bodies[i].dispatchEvent(new CustomEvent('shown', { bubbles: true }));
    });
    links.forEach((a, i) => {
      a.setAttribute('role', 'tab'); a.parentElement.setAttribute('role', 'presentation');
      a.setAttribute('aria-controls', bodies[i].id); bodies[i].setAttribute('role', 'tabpanel'); bodies[i].setAttribute('aria-label', a.textContent.trim());
      a.addEventListener('click', e => { e.preventDefault(); show(i); });
      a.addEventListener('keydown', e => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
        if (step) { const n = (i + step + links.length) % links.length; show(n); links[n].focus(); }
      });
    });
    show(Math.max(0, links.findIndex(a => a.hash === location.hash)));
  });
}

const isNarrow = matchMedia('(max-width: 767px)').matches;
function start(root) {
  if (isNarrow) root.querySelectorAll('details[data-wide]').forEach(d => { d.open = false; });
  tabs(root); remember(root); fields(root, say); drafts(root, token, say); lazy(root); counted();
  root.querySelectorAll('[data-focus]').forEach(x => x.focus());
  root.querySelectorAll('[data-print]').forEach(x => x.addEventListener('click', () => print()));
}
document.addEventListener('click', e => { // an open menu closes when something else is clicked
  document.querySelectorAll('details.menu[open], details.more[open]').forEach(d => { if (!d.contains(e.target)) d.open = false; });
});
document.addEventListener('keydown', e => {
  if (e.key === 'Escape') document.querySelectorAll('details.menu[open], details.more[open]').forEach(d => { d.open = false; d.querySelector('summary').focus(); });
});
keys(say);
const ready = () => start(document);
document.readyState === 'loading' ? document.addEventListener('DOMContentLoaded', ready) : ready();
