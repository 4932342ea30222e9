// Press a line of a list (a difference, a finding): every picture of the page goes to that element, and shows the way that leads to it.
const viewers = () => [...document.querySelectorAll('.diagram')].map(place => place.viewer).filter(Boolean);

function show(viewer, id, path) {
  const canvas = viewer.get('canvas'), registry = viewer.get('elementRegistry'), element = registry.get(id);
  registry.filter(() => true).forEach(one => ['st-here', 'st-way'].filter(mark => canvas.hasMarker(one, mark)).forEach(mark => canvas.removeMarker(one, mark)));
  path.filter(one => registry.get(one)).forEach(one => canvas.addMarker(one, 'st-way'));
  if (!element) return;
  canvas.addMarker(element, 'st-here');
  if (canvas.zoom() < .7) canvas.zoom(.9);
  canvas.scrollToElement(element, 80);
}

document.addEventListener('click', event => {
  const line = event.target.closest('[data-element]');
  if (!line) return;
  viewers().forEach(viewer => show(viewer, line.dataset.element, (line.dataset.path || '').split(' ').filter(Boolean)));
  document.querySelector('[data-pair], .diagram')?.scrollIntoView({ block: 'nearest' });
});
