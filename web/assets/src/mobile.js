// The report page on the phone: what is typed and photographed stays on the phone until the server has said that it has the case.
// Without this script the form is an ordinary form.
import { openDB } from 'idb';
import { shrink } from './photo.js';

const form = document.getElementById('report-form'), net = document.getElementById('net'), queue = document.getElementById('queue');
const db = openDB('gridloop', 1, { upgrade(d) { d.createObjectStore('waiting', { keyPath: 'key' }); d.createObjectStore('draft'); } });
const say = text => { net.textContent = text; };
const person = () => { try { return form.dataset.person || localStorage.getItem('gridloop-person') || ''; } catch (e) { return form.dataset.person; } };
function newKey() { // randomUUID is missing on plain http, getRandomValues is not
  return [...crypto.getRandomValues(new Uint8Array(16))].map(x => x.toString(16).padStart(2, '0')).join('');
}

// photos stay here as blobs and go with the form
const held = new Map();
function takes(field) {
  if (field.paint) return;
  field.dataset.begun = 'phone';
  const name = field.dataset.photos, pickers = field.querySelectorAll('input[type=file]'), list = field.querySelector('.photos'), line = field.querySelector('[data-progress]');
  if (!held.has(name)) held.set(name, []);
  const paint = () => {
    list.querySelectorAll('[data-held]').forEach(li => { URL.revokeObjectURL(li.querySelector('img').src); li.remove(); });
    held.get(name).forEach((photo, n) => {
      const li = document.createElement('li'), img = document.createElement('img'), b = document.createElement('button');
      li.dataset.held = ''; img.src = URL.createObjectURL(photo.blob); img.alt = `照片 ${n + 1}`; img.width = 160; img.height = 120;
      b.type = 'button'; b.textContent = '×'; b.setAttribute('aria-label', `移除照片 ${n + 1}`);
      b.addEventListener('click', () => { held.get(name).splice(n, 1); paint(); keep(); pickers[pickers.length - 1].focus(); });
      li.append(img, b); list.append(li);
    });
    line.textContent = held.get(name).length ? `已选 ${held.get(name).length} 张照片。` : '可以一次选多张，JPG、PNG 或 WEBP。';
  };
  field.paint = paint;
  pickers.forEach(picker => picker.addEventListener('change', async () => {
    line.textContent = '正在处理照片……';
    for (const file of [...picker.files]) held.get(name).push({ name: file.name, blob: await shrink(file) });
    picker.value = '';
    paint(); keep();
  }));
  if (held.get(name).length) paint();
}
form.querySelectorAll('[data-photos]').forEach(takes);
form.addEventListener('merged', () => { form.querySelectorAll('[data-photos]').forEach(takes); put(unplaced); });

function entries() {
  const rows = [];
  new FormData(form).forEach((value, name) => { if (!(value instanceof File) && name !== 'csrf') rows.push([name, value]); });
  return rows;
}
const photos = () => [...held].map(([name, many]) => ({ name, many }));

let timer = null;
function keep() {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const many = photos();
    await (await db).put('draft', { entries: entries(), photos: many, person: person() }, 'report');
    form.dataset.kept = many.reduce((n, p) => n + p.many.length, 0); // how many photos are safe
  }, 400);
}
form.addEventListener('input', keep);
form.addEventListener('change', keep);
form.addEventListener('placed', keep);

let unplaced = []; // kept values of fields that are not on the page yet
function put(kept) {
  unplaced = kept.filter(([name, value]) => {
    const inputs = form.querySelectorAll(`[name="${CSS.escape(name)}"]`);
    inputs.forEach(input => {
      if (input.type === 'checkbox' || input.type === 'radio') input.checked = input.checked || input.value === value;
      else input.value = value;
    });
    return !inputs.length;
  });
  const fields = form.querySelector('[data-preview]');
  if (fields && kept.length > unplaced.length) window.htmx.trigger(fields, 'changes'); // what depends on them
}

async function restore() {
  const draft = await (await db).get('draft', 'report');
  if (!draft || draft.person !== person() || form.querySelector('.field-wrong')) return;
  put(draft.entries.filter(([name]) => name !== 'key'));
  draft.photos.forEach(({ name, many }) => { if (held.has(name)) held.set(name, many); });
  form.querySelectorAll('[data-photos]').forEach(f => f.paint());
  const some = draft.entries.some(([name, value]) => !['key', 'location.source_crs', 'source'].includes(name) && value) || draft.photos.some(p => p.many.length);
  if (some) {
    const line = document.getElementById('draft-line'), drop = document.createElement('button');
    drop.type = 'button'; drop.className = 'btn btn-link'; drop.textContent = '清空重填';
    drop.addEventListener('click', async () => { await (await db).delete('draft', 'report'); location.reload(); });
    line.replaceChildren('已恢复上次没有报完的内容。', drop);
  }
}

function mark(at, text) { // the same words beside the field
  const field = at.closest('.field') || at, line = document.createElement('p');
  field.classList.add('field-wrong');
  line.className = 'wrong'; line.id = `e-${at.id}`; line.textContent = text;
  const named = [...field.children].find(x => x.matches('label, legend'));
  named ? named.after(line) : field.prepend(line);
  at.setAttribute('aria-invalid', 'true'); at.setAttribute('aria-describedby', line.id);
  return named ? `${named.firstChild.textContent.trim()}：${text}` : text;
}

function unmark() {
  form.querySelectorAll('.field-wrong').forEach(x => x.classList.remove('field-wrong'));
  form.querySelectorAll('p.wrong').forEach(x => x.remove());
  form.querySelectorAll('[aria-invalid]').forEach(x => { x.removeAttribute('aria-invalid'); x.removeAttribute('aria-describedby'); });
}

function showErrors(errors, message) {
  const box = document.createElement('div'), title = document.createElement('h2'), list = document.createElement('ul');
  box.className = 'error-summary'; box.tabIndex = -1; box.setAttribute('role', 'alert');
  title.textContent = message;
  unmark();
  const found = Object.entries(errors || {}).map(([path, text]) => ({ id: `f-${path.replace(/\./g, '-')}`, text }))
    .map(one => ({ ...one, at: document.getElementById(one.id) }));
  found.sort((a, b) => !a.at || !b.at || a.at === b.at ? 0 : a.at.compareDocumentPosition(b.at) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1);
  found.forEach(({ id, text, at }) => {
    const li = document.createElement('li'), a = document.createElement('a');
    a.href = `#${id}`;
    a.textContent = at ? mark(at, text) : text;
    li.append(a); list.append(li);
  });
  box.append(title, list);
  document.getElementById('errors').replaceChildren(box);
  box.focus();
}

async function token() {
  const r = await fetch(form.dataset.token, { headers: { Accept: 'application/json' } });
  if (r.status === 401) return null;
  if (!r.ok) throw new Error(`token ${r.status}`);
  const answer = await r.json();
  try { localStorage.setItem('gridloop-person', answer.person); } catch (e) { say('浏览器禁止保存，离线上报不可用。'); }
  return answer;
}

// one item: 'sent' with its address, 'wrong' with errors, or an exception when the network is not there
async function send(item, word) {
  const data = new FormData();
  item.entries.forEach(([name, value]) => data.append(name, value));
  data.set('key', item.key); data.set('csrf', word.csrf);
  item.photos.forEach(({ name, many }) => many.forEach(p => data.append(`${name}:files`, p.blob, p.name)));
  const r = await fetch(form.action, { method: 'POST', body: data, headers: { Accept: 'application/json', 'X-CSRF-Token': word.csrf } });
  const answer = await r.json().catch(() => ({}));
  if (r.ok) return { sent: answer };
  if (r.status >= 500) throw new Error(`report ${r.status}`);
  return { wrong: answer.error || { message: '服务器没有接收，请检查内容。' } };
}

// the same problem as an open case: what is here joins it, now or not at all
async function join(button) {
  const line = document.getElementById('draft-line'), many = entries();
  line.textContent = '正在补充线索……';
  try {
    const word = await token();
    if (!word) { line.textContent = '登录已过期，请登录后再试，填写的内容已保存在手机里。'; return; }
    const data = new FormData();
    many.forEach(([name, value]) => data.append(name, value));
    data.set('csrf', word.csrf); data.set('same_as', button.value);
    photos().forEach(({ name, many: held }) => held.forEach(p => data.append(`${name}:files`, p.blob, p.name)));
    const r = await fetch(button.formAction, { method: 'POST', body: data, headers: { Accept: 'application/json', 'X-CSRF-Token': word.csrf } });
    const answer = await r.json();
    line.textContent = '';
    if (!r.ok) { showErrors(answer.error.errors, answer.error.errors ? '还不能补充为线索' : answer.error.message); return; }
    clearTimeout(timer);
    await (await db).delete('draft', 'report');
    location.href = answer.address;
  } catch (e) { line.textContent = '网络不通，线索没有补充成功，请稍后再试。'; }
}

let busy = false;
export async function flush() {
  if (busy) return [];
  busy = true;
  const results = [];
  try {
    const d = await db, mine = (await d.getAll('waiting')).filter(x => x.person === person());
    const word = mine.length ? await token() : null;
    if (mine.length && !word) { say('登录已过期，登录后会自动续传。'); return results; }
    for (const item of mine) {
      if (word.person !== item.person || item.wrong) continue;
      const result = await send(item, word);
      if (result.sent) await d.delete('waiting', item.key); // only now: the server has it
      else await d.put('waiting', { ...item, wrong: result.wrong.message });
      results.push({ key: item.key, ...result });
    }
  } catch (e) { console.info('later', String(e)); } finally { busy = false; await paint(); }
  return results;
}

async function paint() {
  const waiting = await (await db).getAll('waiting'), mine = waiting.filter(x => x.person === person());
  say(`${navigator.onLine ? '在线' : '没有网络'}${mine.length ? `，${mine.length} 条待上传` : ''}${window.isSecureContext ? '' : '（未启用 HTTPS，离线上报和定位不可用）'}`);
  net.classList.toggle('is-waiting', mine.length > 0);
  queue.hidden = !mine.length;
  const list = document.createElement('ul'), again = document.createElement('button');
  mine.forEach(item => {
    const li = document.createElement('li'), text = item.entries.find(([n]) => n === 'description');
    li.textContent = `${new Date(item.at).toLocaleString('zh-CN')}　${text ? text[1].slice(0, 30) : '未写描述'}　${item.wrong || '等待上传'}`;
    if (item.wrong) {
      const edit = document.createElement('button');
      edit.type = 'button'; edit.className = 'btn btn-outline-primary btn-sm'; edit.textContent = '改好再报';
      edit.addEventListener('click', async () => {
        const d = await db;
        await d.put('draft', { entries: item.entries, photos: item.photos, person: item.person }, 'report');
        await d.delete('waiting', item.key);
        location.reload();
      });
      li.append(' ', edit);
    }
    list.append(li);
  });
  again.type = 'button'; again.className = 'btn btn-outline-primary btn-sm'; again.textContent = '立即重传';
  again.addEventListener('click', flush);
  queue.replaceChildren(list, again);
}

form.addEventListener('submit', async e => {
  e.preventDefault();
  delete form.dataset.sent;
  if (e.submitter && e.submitter.name === 'same_as') { await join(e.submitter); return; }
  const button = form.querySelector('[type=submit]'), key = newKey(), d = await db;
  if (button.disabled) return;
  button.disabled = true;
  await d.put('waiting', { key, person: person(), at: Date.now(), entries: entries().filter(([n]) => n !== 'key'), photos: photos() });
  document.getElementById('draft-line').textContent = '正在上报……';
  const mine = (await flush()).find(r => r.key === key);
  button.disabled = false;
  if (mine && mine.sent) { await d.delete('draft', 'report'); location.href = mine.sent.address; return; }
  if (mine && mine.wrong) { // shown at once: it is still on the screen, so it leaves the queue
    await d.delete('waiting', key); await paint();
    document.getElementById('draft-line').textContent = '';
    showErrors(mine.wrong.errors, mine.wrong.message); return;
  }
  await d.delete('draft', 'report');
  form.reset(); held.forEach((_, name) => held.set(name, [])); form.querySelectorAll('[data-photos]').forEach(f => f.paint());
  document.getElementById('draft-line').textContent = '已保存在手机里，联网后自动上传。请不要清除浏览器数据。';
}, true);

addEventListener('online', flush);
addEventListener('offline', paint);
document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') flush(); });
setInterval(flush, 30000);
if (form.dataset.person) { try { localStorage.setItem('gridloop-person', form.dataset.person); } catch (e) { say('浏览器禁止保存，离线上报不可用。'); } }
if ('serviceWorker' in navigator && isSecureContext) navigator.serviceWorker.register(form.dataset.worker, { scope: '/report' }).catch(e => console.info('no worker', String(e)));
if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
restore().then(paint).then(flush);
