// The page on which a decision table is edited: rows and columns as people know them, saved into the draft by itself.
import DmnModeler from 'dmn-js/lib/Modeler';
import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression-controls.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn.css';
import './decisions.css';
import { ask, download, el, post } from './studio/dom.js';
import { dmnChinese, missing } from './studio/dmn_words.js';

window.gridloop = window.gridloop || {};
window.gridloop.decisions = async page => {
  const at = name => page.querySelector(`[data-studio="${name}"]`);
  const { base, file } = page.dataset, readOnly = page.dataset.mine !== '1';
  const say = (text, level = '') => { at('state').textContent = text; at('state').className = `studio-state ${level}`; };
  const view = () => ({ additionalModules: [dmnChinese] }); // additionalModules of `common` are not handed on: each view gets its own
  const modeler = new DmnModeler({ container: at('canvas'), decisionTable: view(), drd: view(), literalExpression: view(), boxedExpression: view() });
  let revision = 0, timer, dirty = false;

  const text = async () => (await modeler.saveXML({ format: true })).xml;
  async function load() {
    const told = await fetch(`${base}/files`, { headers: { Accept: 'application/json' } }).then(r => { if (!r.ok) throw new Error(r.status); return r.json(); });
    revision = told.revision;
    await modeler.importXML(told.files[file]);
    const table = modeler.getViews().find(one => one.type === 'decisionTable') || modeler.getViews()[0];
    await modeler.open(table);
    say(readOnly ? '只能查看' : `已载入第 ${revision} 次保存`);
    check();
  }
  async function save() {
    if (!dirty || readOnly) return;
    dirty = false;
    const xml = await text();
    say('正在保存…');
    const told = await post(`${base}/files`, { base: revision, files: { [file]: xml } }).catch(() => null);
    if (told?.ok) { revision = told.revision; say(`已保存 ${new Date().toLocaleTimeString('zh-CN', { hour12: false })}`); show(told.findings); return; }
    dirty = true;
    if (!told) { say('没有保存：连不上服务器，请不要关闭页面', 'late'); timer = setTimeout(save, 10000); return; }
    if (told.status !== 409) { say(`没有保存：${told.message}`, 'late'); return; }
    say('有人改过', 'late');
    const choice = await ask('别人先保存了', told.message, [['theirs', '载入对方的，我的下载一份'], ['mine', '用我的覆盖（对方的仍在历次保存里）']]);
    if (choice === 'mine') { revision = told.revision; save(); return; }
    download(file, xml, 'application/xml');
    dirty = false;
    load();
  }
  const own = page.dataset.decisions.split(' ');
  function show(findings) { // what concerns this file: its decisions, and what a rule says of decisions
    const mine = findings.filter(one => own.includes(one.element_id) || (one.page || '').startsWith('decision'));
    at('findings').replaceChildren(...(mine.length ? mine.map(one => el('li', { className: `finding finding-${one.severity}` }, `${one.element_name || one.element_id}：${one.message}`, el('span', { className: 'hint' }, one.hint)))
      : [el('li', { className: 'muted' }, '没有问题。')]));
  }
  async function check() {
    const told = await post(`${base}/check`, { base: 0, files: { [file]: await text() } }).catch(() => null);
    if (told?.findings) show(told.findings);
  }
  modeler.on('views.changed', () => {
    const viewer = modeler.getActiveViewer();
    if (!viewer || viewer.watched) return;
    viewer.watched = true;
    viewer.on('commandStack.changed', () => { dirty = true; say('有修改'); clearTimeout(timer); timer = setTimeout(save, 1000); });
  });
  page.querySelector('[data-act="download"]').addEventListener('click', async () => download(file, await text(), 'application/xml'));
  addEventListener('beforeunload', event => { if (dirty && !readOnly) event.preventDefault(); });
  await load();
  page.modeler = modeler;
  page.missing = missing;
  page.dataset.ready = '1';
};
