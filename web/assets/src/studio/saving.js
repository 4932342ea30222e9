// A draft saves itself: a second after the last change, against the revision it was read from. Nothing drawn is ever lost on the way.
import { ask, download, post } from './dom.js';
import { flush } from './fields.js';
import { closed, opened } from './lists.js';

const WAIT = 1000, RETRY = 10000;
const clock = () => new Date().toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

export async function saving(modeler, { base, key, person, say, readOnly, saved }) {
  const mine = `gridloop-draft-${person}-${base}`; // on a shared computer nobody is offered what somebody else drew
  let revision = 0, dirty = false, busy = false, timer, back = 0, ahead = []; // back: the save that is shown; ahead: those undone
  const file = `${key}.bpmn`;
  const text = async () => closed((await modeler.saveXML({ format: true })).xml);
  const keep = xml => { try { localStorage.setItem(mine, JSON.stringify({ xml, revision })); } catch { say('没有保存：本机的存储空间也满了，请马上导出流程图', 'late'); } };
  const forget = () => localStorage.removeItem(mine);
  const later = (wait = WAIT) => { clearTimeout(timer); timer = setTimeout(() => save(), wait); };

  let drawn = ''; // the diagram as it is stored
  async function show(files, number) {
    drawn = files[file];
    revision = number;
    back = number;
    await draw(files[file]);
    dirty = false;
  }
  async function draw(xml) { // a file without a picture gets one
    try { await modeler.importXML(opened(xml)); } catch (error) {
      if (!/no diagram to display/.test(error.message)) throw error;
      const told = await post(`${base}/layout`, { text: xml });
      if (!told.ok) throw new Error(told.message || error.message);
      await modeler.importXML(opened(told.text));
    }
  }
  async function load() {
    const answer = await fetch(`${base}/files`, { headers: { Accept: 'application/json' } });
    if (!answer.ok) throw new Error(answer.status);
    const told = await answer.json();
    await show(told.files, told.revision);
    say(readOnly ? '只能查看' : `已载入第 ${told.revision} 次保存`);
    await recover();
    return told;
  }
  async function recover() { // what a crash or a cut connection left on this machine
    const left = JSON.parse(localStorage.getItem(mine) || 'null');
    if (!left || readOnly) return;
    const choice = await ask('上次有没存上的修改', '网络断开或者页面意外关闭时，您的修改存在了本机。', [['use', '接着改'], ['copy', '下载一份后放弃'], ['drop', '放弃']]);
    if (choice === 'use') { await draw(left.xml); revision = left.revision; dirty = true; later(0); return; } // who saved meanwhile is told of, not overwritten
    if (choice === 'copy') download(file, left.xml, 'application/xml');
    if (choice) forget();
  }
  async function save(taken) { // taken: a stored text that was taken up again, byte for byte
    if (readOnly || !dirty || busy) return;
    busy = true;
    dirty = fresh = false;
    const xml = taken ?? await text();
    say('正在保存…');
    try {
      const told = await post(`${base}/files`, { base: revision, files: { [file]: xml } });
      if (told.ok) { revision = told.revision; back = revision; drawn = xml; forget(); say(`已保存 ${clock()}`); saved(told.findings); }
      else if (told.status === 409) { keep(xml); await clash(told, xml); }
      else refused(told, xml);
    } catch {
      kept(xml, '连不上服务器，修改已存在本机，恢复后自动保存');
      later(RETRY);
    }
    busy = false;
    if (dirty && (fresh || !waits)) later();
    waits = false;
  }
  let waits = false, fresh = false; // what was refused is not sent again before there is something new
  function kept(xml, why) {
    dirty = waits = true;
    keep(xml);
    say(`没有保存：${why}`, 'late');
  }
  function refused(told, xml) {
    if ([400, 401, 403].includes(told.status)) { kept(xml, '登录已过期或者没有权限，请在新窗口登录后回到这里，修改已存在本机'); later(RETRY); return; }
    kept(xml, told.error?.message || told.message || '请刷新页面后重试'); // mended by the next change
  }
  async function clash(told, xml) {
    const at = new Date(told.at).toLocaleString('zh-CN', { hour12: false });
    say('有人改过', 'late');
    const question = () => ask('别人先保存了', `${told.by} 在 ${at} 保存了这份草稿（第 ${told.revision} 次保存）。您的修改没有存入。`,
      [['theirs', '载入对方的，我的下载一份'], ['mine', '用我的覆盖（对方的仍在历次保存里）']]);
    let choice = null;
    while (!choice) choice = await question(); // it cannot be left open: one of the two has to be kept
    if (choice === 'mine') { revision = told.revision; dirty = true; later(0); return; }
    download(file, xml, 'application/xml');
    forget();
    await load();
  }
  async function undo() { // beyond what was done since the page was opened: to the save before
    if (modeler.get('commandStack').canUndo()) { modeler.get('commandStack').undo(); return; }
    if (readOnly || busy || dirty) return;
    const from = back;
    let number = back, xml = drawn;
    while (number > 1 && xml === drawn) xml = await older(number -= 1); // saves of forms alone are passed over
    if (xml === drawn) { say('没有更早的修改了'); return; }
    if (await took(xml, number)) ahead.push(from);
  }
  async function redo() {
    const stack = modeler.get('commandStack');
    if (stack.canRedo()) { stack.redo(); return; }
    if (readOnly || busy || dirty || !ahead.length) { say('没有可以重做的了'); return; }
    const number = ahead.pop();
    await took(await older(number), number);
  }
  const older = async number => (await (await fetch(`${base}/files?revision=${number}`, { headers: { Accept: 'application/json' } })).json()).files[file];
  async function took(xml, number) { // as a save of the diagram alone: forms stay, and who saved meanwhile is told of
    await draw(xml);
    dirty = true;
    await save(xml);
    if (dirty || drawn !== xml) return false;
    back = number;
    say(`流程图已回到第 ${number} 次保存`);
    return true;
  }
  const changed = () => { dirty = fresh = true; ahead = []; say('有修改'); later(); };
  modeler.on('commandStack.changed', event => { if (event.trigger !== 'clear') changed(); });
  addEventListener('pagehide', () => { if (dirty || busy) text().then(keep); });
  addEventListener('beforeunload', event => { flush(); if (dirty && !readOnly) { text().then(keep); event.preventDefault(); } });
  addEventListener('online', () => later(0));
  return { load, save, undo, redo, text, file, changed, draw };
}

export function presence(base, element, show) {
  const tell = () => post(`${base}/presence`, { element: element() }).then(told => { if (told.people) show(told.people); }, () => {});
  tell();
  return setInterval(tell, 15000);
}
