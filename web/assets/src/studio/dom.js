// Small pieces of page, built by nodes: names are written by people.
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  Object.entries(attributes).forEach(([key, value]) => {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (key in made && key !== 'list') made[key] = value;
    else made.setAttribute(key, value);
  });
  made.append(...children.filter(child => child !== null && child !== undefined));
  return made;
}
export const button = (text, onclick, more = {}) => el('button', { type: 'button', className: 'btn btn-outline-primary btn-sm', onclick, ...more }, text);
export function download(name, content, type) {
  const link = el('a', { href: URL.createObjectURL(new Blob([content], { type })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
export const csrf = () => document.querySelector('meta[name="csrf-token"]').content;
export async function post(address, body) {
  const answer = await fetch(address, { method: 'POST', headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRF-Token': csrf() },
    body: JSON.stringify(body) });
  const told = await answer.json().catch(() => ({}));
  return { ok: answer.ok, status: answer.status, ...told };
}
export function ask(title, text, choices) { // a dialog; answers the choice, or null when it is closed
  return new Promise(done => {
    const box = el('dialog', { className: 'studio-dialog' }, el('h2', {}, title), el('p', {}, text));
    const row = el('p', { className: 'actions' });
    choices.forEach(([key, words]) => row.append(button(words, () => { box.close(); box.remove(); done(key); })));
    box.append(row);
    box.addEventListener('cancel', () => { box.remove(); done(null); });
    document.body.append(box);
    box.showModal();
  });
}
