// The bar above the canvas: undo, zoom, export, import, the token animation, help.
import { ask, download } from './dom.js';

const MARGIN = 140; // the palette and the minimap lie over the canvas

export function tools(modeler, page, { saver, readOnly, say }) {
  const canvas = modeler.get('canvas');
  const fit = () => {
    const { inner, outer } = canvas.viewbox(), scale = Math.min((outer.width - MARGIN) / Math.max(inner.width, 1), (outer.height - MARGIN) / Math.max(inner.height, 1), 1);
    const width = outer.width / scale, height = outer.height / scale;
    canvas.viewbox({ x: inner.x - MARGIN / scale, y: inner.y - (height - inner.height) / 2, width, height });
  };
  const picture = async () => (await modeler.saveSVG()).svg;
  const acts = {
    undo: () => saver.undo(), redo: () => saver.redo(), fit,
    'zoom-in': () => canvas.zoom(canvas.zoom() * 1.25), 'zoom-out': () => canvas.zoom(canvas.zoom() * 0.8),
    find: () => setTimeout(() => modeler.get('searchPad').toggle()), // the click itself would close it
    bpmn: async () => download(saver.file, await saver.text(), 'application/xml'),
    svg: async () => download(saver.file.replace('.bpmn', '.svg'), await picture(), 'image/svg+xml'),
    png: async () => png(await picture(), saver.file.replace('.bpmn', '.png')),
    walk: () => { modeler.get('toggleMode').toggleMode(); page.classList.toggle('is-walking'); },
    help: () => page.querySelector('[data-studio="help"]').showModal()
  };
  page.querySelectorAll('[data-act]').forEach(one => one.addEventListener('click', () => acts[one.dataset.act]()));
  page.querySelector('[data-studio="import"]')?.addEventListener('change', event => bring(event.target));
  page.querySelectorAll('[role=tab]').forEach(tab => tab.addEventListener('click', () => {
    page.querySelectorAll('[role=tab]').forEach(one => one.setAttribute('aria-selected', one === tab ? 'true' : 'false'));
    page.querySelectorAll('[role=tabpanel]').forEach(one => { one.hidden = one.id !== tab.getAttribute('aria-controls'); });
  }));
  async function bring(input) {
    const [file] = input.files;
    input.value = '';
    if (!file || readOnly) return;
    if (file.size > 5e6) { say('文件超过 5 MB，没有导入', 'late'); return; }
    if (await ask('导入流程图', `用“${file.name}”代替现在的图？现在的图仍在历次保存里。`, [['yes', '导入']]) !== 'yes') return;
    const before = await saver.text();
    try {
      await saver.draw(read(await file.arrayBuffer()));
      saver.changed();
      fit();
    } catch (error) {
      await saver.draw(before);
      say(`没有导入：这个文件不是能画的 BPMN 流程图（${error.message.slice(0, 80)}）`, 'late');
    }
  }
  document.addEventListener('keydown', event => {
    if (event.key === '?' && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) acts.help();
  });
  fit();
}

function read(bytes) { // in the encoding that the file itself names
  const start = new TextDecoder('latin1').decode(bytes.slice(0, 200)), named = /encoding=["']([\w.:-]+)["']/.exec(start);
  const text = new TextDecoder(named ? named[1] : 'utf-8', { fatal: true }).decode(bytes);
  return text.replace(/^(<\?xml[^>]*?encoding=["'])[\w.:-]+/, '$1UTF-8');
}

function png(svg, name) {
  const image = new Image();
  image.onload = () => {
    const scale = 2, sheet = document.createElement('canvas');
    sheet.width = image.width * scale;
    sheet.height = image.height * scale;
    const pen = sheet.getContext('2d');
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, sheet.width, sheet.height);
    pen.drawImage(image, 0, 0, sheet.width, sheet.height);
    sheet.toBlob(blob => download(name, blob, 'image/png'));
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
}
