// The diagram of a case: the way taken, the step at hand, what is late. The state comes from the server as JSON.
import Viewer from 'bpmn-js/lib/NavigatedViewer';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import './viewer.css';

window.gridloop = window.gridloop || {};
window.gridloop.diagram = async place => {
  const [xml, state] = await Promise.all([
    fetch(place.dataset.xml).then(r => { if (!r.ok) throw new Error(r.status); return r.text(); }),
    fetch(place.dataset.state, { headers: { Accept: 'application/json' } }).then(r => r.json())]);
  const viewer = new Viewer({ container: place });
  await viewer.importXML(xml);
  const canvas = viewer.get('canvas'), overlays = viewer.get('overlays'), registry = viewer.get('elementRegistry');
  const known = id => registry.get(id);
  state.done.filter(known).forEach(id => canvas.addMarker(id, 'st-done'));
  const reached = new Set([...state.done, ...state.now.map(x => x.id)]), done = new Set(state.done);
  registry.filter(e => e.type === 'bpmn:SequenceFlow' && done.has(e.source.id) && reached.has(e.target.id))
    .forEach(e => canvas.addMarker(e, 'st-taken'));
  state.now.filter(x => known(x.id)).forEach(x => {
    canvas.addMarker(x.id, x.late ? 'st-late' : 'st-now');
    const chip = document.createElement('span'); // built by nodes: names are written by people
    chip.className = `diagram-chip ${x.late ? 'late' : ''}`;
    chip.textContent = x.text;
    overlays.add(x.id, { position: { bottom: -4, left: 0 }, html: chip });
  });
  canvas.zoom('fit-viewport', 'auto');
  if (canvas.zoom() < .55) { // too small to read: start where the case stands
    const here = state.now.map(x => registry.get(x.id)).find(Boolean);
    const { outer } = canvas.viewbox(), wide = outer.width / .8, high = outer.height / .8;
    const at = here || registry.find(e => e.type === 'bpmn:StartEvent');
    if (at) canvas.viewbox({ x: at.x + at.width / 2 - wide / 2, y: at.y + at.height / 2 - high / 2, width: wide, height: high });
  }
  const zoom = step => canvas.zoom(canvas.zoom() * step);
  place.parentElement.querySelectorAll('[data-zoom]').forEach(b => b.addEventListener('click', () => {
    b.dataset.zoom === 'fit' ? canvas.zoom('fit-viewport', 'auto') : zoom(+b.dataset.zoom);
  }));
  place.dataset.ready = '1';
  place.viewer = viewer;
};
