// A step that the new version does not have is given another: its label is dragged (or pressed) from the old picture to a step of the new one.
const place = document.querySelector('[data-moves]');
const field = id => document.getElementById(`map-${id}`);
const said = text => { const live = document.getElementById('live'); live.textContent = ''; requestAnimationFrame(() => { live.textContent = text; }); };
let held = '';

function hold(id) {
  held = id;
  place.querySelectorAll('[data-step]').forEach(chip => chip.setAttribute('aria-pressed', chip.dataset.step === id));
  if (id) said('请点新版图上的对应步骤。');
}

/** Every step of an old picture that is to be mapped gets a label that can be taken. */
function offer(picture) {
  const overlays = picture.viewer.get('overlays');
  picture.viewer.get('elementRegistry').filter(one => field(one.id) && !one.labelTarget).forEach(one => overlays.get({ element: one }).forEach(each => {
    const chip = each.html;
    chip.dataset.step = one.id;
    chip.draggable = true;
    chip.tabIndex = 0;
    chip.setAttribute('role', 'button');
    chip.setAttribute('aria-pressed', 'false');
    chip.setAttribute('aria-describedby', 'drag-hint');
    chip.addEventListener('dragstart', event => { event.dataTransfer.setData('text/plain', one.id); event.dataTransfer.effectAllowed = 'link'; hold(one.id); });
    chip.addEventListener('dragend', () => hold(''));
    chip.addEventListener('click', () => hold(held === one.id ? '' : one.id));
    chip.addEventListener('keydown', event => { if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); field(one.id).focus(); } });
  }));
}

/** What is chosen is written beside the step of the new picture. */
function draw() {
  const viewer = place.querySelector('[data-new] .diagram')?.viewer;
  if (!viewer) return;
  const overlays = viewer.get('overlays');
  overlays.remove({ type: 'mapped' });
  document.querySelectorAll(`select[name^="${place.dataset.moves}"]`).forEach(select => {
    if (!viewer.get('elementRegistry').get(select.value)) return;
    const chip = document.createElement('span');
    chip.className = 'diagram-chip soon';
    chip.textContent = `← ${select.labels[0].textContent.replace(/（.*$/, '')}`;
    overlays.add(select.value, 'mapped', { position: { top: -18, left: 0 }, html: chip });
  });
}

function give(event) {
  const target = event.target.closest('[data-element-id]')?.dataset.elementId, select = held && field(held);
  if (!select || !target) return;
  hold('');
  if (![...select.options].some(one => one.value === target)) { said('不能移到这里，请选择一个步骤。'); return; }
  select.value = target;
  draw();
  said(`${select.labels[0].textContent}${select.selectedOptions[0].textContent}。请点“重新核算”。`);
}

place?.addEventListener('drawn', event => {
  if (event.target.closest('[data-old]')) { offer(event.target); return; }
  event.target.addEventListener('dragover', each => { if (held) { each.preventDefault(); each.dataTransfer.dropEffect = 'link'; } });
  event.target.addEventListener('drop', each => { each.preventDefault(); give(each); });
  event.target.addEventListener('click', give);
  draw();
});
document.addEventListener('change', event => { if (event.target.matches(`select[name^="${place?.dataset.moves}"]`)) draw(); });
