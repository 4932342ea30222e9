// The page on which a draft is drawn.
import Modeler from 'bpmn-js/lib/Modeler';
import TokenSimulation from 'bpmn-js-token-simulation';
import minimap from 'diagram-js-minimap';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css';
import 'bpmn-js-token-simulation/assets/css/bpmn-js-token-simulation.css';
import 'diagram-js-minimap/assets/diagram-js-minimap.css';
import './studio.css';
import { findings } from './studio/findings.js';
import { loopNames } from './studio/lists.js';
import { panel } from './studio/panel.js';
import { presence, saving } from './studio/saving.js';
import { tools } from './studio/tools.js';
import { walking } from './studio/walking.js';
import { chinese, missing } from './studio/words.js';

window.gridloop = window.gridloop || {};
window.gridloop.studio = async page => {
  const at = name => page.querySelector(`[data-studio="${name}"]`);
  const base = page.dataset.base, readOnly = page.dataset.mine !== '1';
  const offered = () => fetch(`${base}/choices`, { headers: { Accept: 'application/json' } }).then(r => { if (!r.ok) throw new Error(r.status); return r.json(); });
  const choices = await offered();
  choices.moddle.types.push(loopNames);
  const modeler = new Modeler({ container: at('canvas'), moddleExtensions: { gl: choices.moddle }, additionalModules: [chinese, minimap, TokenSimulation] });
  const state = at('state'), say = (text, level = '') => { state.textContent = text; state.className = `studio-state ${level}`; };
  const refresh = () => offered().then(({ variables, pickers }) => Object.assign(choices, { variables, pickers }), () => {}); // as before while offline
  addEventListener('focus', refresh); // a form may have been changed in another window
  let check = { check: () => {}, show: () => {} };
  const saver = await saving(modeler, { base, key: page.dataset.key, person: page.dataset.person, say, readOnly, saved: told => { refresh(); return told ? check.show(told) : check.check(); } });
  const side = panel(modeler, at('panel'), choices, readOnly);
  await saver.load();
  check = findings(modeler, { base, key: page.dataset.key, list: at('findings'), count: at('count'), saving: saver, focus: side.focus, readOnly });
  tools(modeler, page, { saver, readOnly, say });
  walking(at('canvas'));
  page.querySelectorAll('.djs-palette .entry').forEach(one => { one.title = one.title || one.getAttribute('aria-label') || ''; });
  side.render();
  check.check();
  const names = id => modeler.get('elementRegistry').get(id)?.businessObject.name || id;
  presence(base, () => (modeler.get('selection').get()[0] || { id: '' }).id, people => {
    at('people').textContent = people.map(one => `${one.name}也在改${one.element ? `：${names(one.element)}` : ''}`).join('，');
  });
  page.modeler = modeler;
  page.check = () => check.check();
  page.missing = missing;
  page.dataset.ready = '1';
};
