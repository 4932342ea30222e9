// A comparison: press a line of the list, and both pictures go to that element.
const pair = document.querySelector('[data-pair]');
const viewers = () => [...pair.querySelectorAll('.diagram')].map(place => place.viewer).filter(Boolean);

function show(id) {
  viewers().forEach(viewer => {
    const canvas = viewer.get('canvas'), element = viewer.get('elementRegistry').get(id);
    viewer.get('elementRegistry').filter(one => canvas.hasMarker(one, 'st-here')).forEach(one => canvas.removeMarker(one, 'st-here'));
    if (!element) return;
    canvas.addMarker(element, 'st-here');
    if (canvas.zoom() < .7) canvas.zoom(.9);
    canvas.scrollToElement(element, 80);
  });
  pair.scrollIntoView({ block: 'nearest' });
}

document.addEventListener('click', event => {
  const line = event.target.closest('[data-element]');
  if (line && pair) show(line.dataset.element);
});
