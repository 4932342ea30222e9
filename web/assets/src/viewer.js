// The diagram of a case: the way taken, the step at hand, what is late. The state comes from the server as JSON.
import Viewer from 'bpmn-js/lib/NavigatedViewer';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import './viewer.css';

window.gridloop = window.gridloop || {};
window.gridloop.diagram = async place => {
  const [xml, state] = await Promise.all([
    fetch(place.dataset.xml).then(r => { if (!r.ok) throw new Error(r.status); return r.text(); }),
    place.dataset.inline ? JSON.parse(place.dataset.inline) : fetch(place.dataset.state, { headers: { Accept: 'application/json' } }).then(r => r.json())]);
  const viewer = new Viewer({ container: place });
  await viewer.importXML(xml);
  const canvas = viewer.get('canvas'), overlays = viewer.get('overlays'), registry = viewer.get('elementRegistry');
  const known = id => registry.get(id);
  state.done.filter(known).forEach(id => canvas.addMarker(id, 'st-done'));
  const reached = new Set([...state.done, ...state.now.map(x => x.id)]), done = new Set(state.done), untaken = new Set(state.untaken);
  registry.filter(e => e.type === 'bpmn:SequenceFlow' && done.has(e.source.id) && reached.has(e.target.id) && !untaken.has(e.id))
    .forEach(e => canvas.addMarker(e, 'st-taken'));
  state.now.filter(x => known(x.id)).forEach(x => {
    canvas.addMarker(x.id, x.level ? `st-${x.level}` : x.late ? 'st-late' : 'st-now');
    const chip = document.createElement('span'); // built by nodes: names are written by people
    chip.className = `diagram-chip ${x.level || (x.late ? 'late' : '')}`;
    chip.textContent = x.text;
    overlays.add(x.id, { position: { bottom: -4, left: 0 }, html: chip });
  });
  (state.marks || []).filter(x => known(x.id)).forEach(x => canvas.addMarker(x.id, `st-${x.kind}`)); // a comparison
  const here = state.now.map(x => registry.get(x.id)).find(Boolean) || registry.find(e => e.type === 'bpmn:StartEvent');
  const whole = () => canvas.zoom('fit-viewport', 'auto');
  const around = scale => { // the step at hand in the middle
    const { outer, inner } = canvas.viewbox(), width = outer.width / scale, height = outer.height / scale;
    const clamp = (at, from, size, seen) => size <= seen ? from + (size - seen) / 2 : Math.min(Math.max(at, from - 20), from + size - seen + 20);
    const x = clamp(here.x + here.width / 2 - width / 2, inner.x, inner.width, width);
    const y = clamp(here.y + here.height / 2 - height / 2, inner.y, inner.height, height);
    canvas.viewbox({ x, y, width, height });
  };
  const fitted = whole();
  const zoom = step => {
    const isWhole = canvas.zoom() <= fitted * 1.01;
    if (isWhole && step > 1 && here) around(Math.max(canvas.zoom() * step, .5)); else canvas.zoom(Math.max(canvas.zoom() * step, fitted));
  };
  const press = { fit: whole, here: () => here && around(.9) };
  place.parentElement.querySelectorAll('[data-zoom]').forEach(b => b.addEventListener('click', () => {
    (press[b.dataset.zoom] || (() => zoom(+b.dataset.zoom)))();
  }));
  const paper = on => { place.classList.toggle('on-paper', on); canvas.resized(); whole(); };
  addEventListener('beforeprint', () => paper(true));
  addEventListener('afterprint', () => paper(false));
  place.dataset.ready = '1';
  place.viewer = viewer;
  place.dispatchEvent(new CustomEvent('drawn', { bubbles: true }));
};
