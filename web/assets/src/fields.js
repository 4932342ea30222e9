// Form fields that can do more with scripts: photos with pictures, the place, long texts that count their letters.
import { shrink } from './photo.js';
import { load } from './lazy.js';

function csrf() { return document.querySelector('meta[name=csrf-token]').content; }

function photoItem(field, id, name, address) {
  const li = document.createElement('li'), img = document.createElement('img'), input = document.createElement('input');
  img.src = address; img.alt = `照片 ${name}`; img.width = 160; img.height = 120;
  input.type = 'hidden'; input.name = field.dataset.photos; input.value = id;
  const remove = document.createElement('button');
  remove.type = 'button'; remove.setAttribute('aria-label', `移除照片 ${name}`); remove.textContent = '×'; remove.dataset.remove = '';
  li.append(img, input, remove);
  return li;
}

function photos(field, say) {
  if (field.closest('form[data-worker]')) return; // the report page keeps its photos on the phone: mobile.js
  const pickers = field.querySelectorAll('input[type=file]'), list = field.querySelector('.photos'), line = field.querySelector('[data-progress]');
  const now = () => document.querySelector(`[data-photos="${CSS.escape(field.dataset.photos)}"] .photos`) || list; // the field may have been drawn anew
  list.addEventListener('click', e => {
    const remove = e.target.closest('[data-remove]');
    if (!remove) return;
    remove.closest('li').remove();
    field.dispatchEvent(new CustomEvent('photos', { bubbles: true }));
    pickers[pickers.length - 1].focus();
  });
  pickers.forEach(picker => picker.addEventListener('change', async () => {
    const files = [...picker.files];
    for (const [n, file] of files.entries()) {
      line.textContent = `正在上传第 ${n + 1} 张，共 ${files.length} 张……`;
      try {
        const data = new FormData();
        data.append('photo', await shrink(file), file.name);
        const r = await fetch('/files', { method: 'POST', body: data, headers: { 'X-CSRF-Token': csrf(), Accept: 'application/json' } });
        const answer = await r.json();
        if (!r.ok) throw new Error(answer.error.message);
        now().append(photoItem(field, answer.id, file.name, answer.thumb));
        line.textContent = `已上传 ${now().children.length} 张照片。`;
      } catch (e) { line.textContent = `“${file.name}”没有上传成功：${e.message || '网络不通'}。请重新选择。`; say(line.textContent); }
    }
    picker.value = '';
    field.dispatchEvent(new CustomEvent('photos', { bubbles: true }));
  }));
}

function place(field, say) {
  const input = name => field.querySelector(`[name="${field.dataset.location}.${name}"]`), line = field.querySelector('[data-progress]');
  field.addEventListener('placed', e => {
    const { lon, lat, accuracy } = e.detail;
    input('lon').value = lon.toFixed(6); input('lat').value = lat.toFixed(6); input('accuracy').value = accuracy ? Math.round(accuracy) : '';
    input('source_crs').value = 'WGS84';
    line.textContent = accuracy ? `已定位，误差约 ${Math.round(accuracy)} 米。` : '已在地图上选点。';
    field.dispatchEvent(new CustomEvent('photos', { bubbles: true }));
  });
  const button = field.querySelector('[data-locate]');
  if (!('geolocation' in navigator) || !isSecureContext) { button.hidden = true; return; }
  button.hidden = false;
  button.addEventListener('click', () => {
    line.textContent = '正在定位……';
    navigator.geolocation.getCurrentPosition(
      p => {
        field.dispatchEvent(new CustomEvent('placed', { detail: { lon: p.coords.longitude, lat: p.coords.latitude, accuracy: p.coords.accuracy } }));
        const map = field.querySelector('[data-lazy]');
        if (map && map.show) map.show(p.coords.latitude, p.coords.longitude);
      },
      () => { line.textContent = '没有取得定位。请在地图上点选，或填写详细地址。'; say(line.textContent); },
      { enableHighAccuracy: true, timeout: 15000 });
  });
}

function signature(field) {
  const canvas = field.querySelector('canvas'), out = field.querySelector('input[type=hidden]'), x = canvas.getContext('2d');
  let down = false;
  const point = e => { const r = canvas.getBoundingClientRect(); return [(e.clientX - r.left) * canvas.width / r.width, (e.clientY - r.top) * canvas.height / r.height]; };
  x.lineWidth = 3; x.lineCap = 'round';
  canvas.addEventListener('pointerdown', e => { down = true; x.beginPath(); x.moveTo(...point(e)); canvas.setPointerCapture(e.pointerId); e.preventDefault(); });
  canvas.addEventListener('pointermove', e => { if (down) { x.lineTo(...point(e)); x.stroke(); } });
  canvas.addEventListener('pointerup', () => {
    down = false;
    canvas.toBlob(async blob => {
      const data = new FormData();
      data.append('photo', blob, '签名.png');
      const r = await fetch('/files', { method: 'POST', body: data, headers: { 'X-CSRF-Token': csrf(), Accept: 'application/json' } });
      const answer = await r.json();
      out.value = r.ok ? JSON.stringify({ image: answer.id }) : '';
      field.querySelector('[data-progress]').textContent = r.ok ? '签名已保存。' : '签名没有保存成功，请重新签名。';
    }, 'image/png');
  });
  field.querySelector('[data-clear]').addEventListener('click', () => { x.clearRect(0, 0, canvas.width, canvas.height); out.value = ''; field.querySelector('[data-kept]')?.remove(); });
}

export function fields(root, say) {
  const once = (selector, begin) => root.querySelectorAll(selector).forEach(f => { if (!f.dataset.begun) { f.dataset.begun = '1'; begin(f, say); } });
  once('[data-photos]', photos);
  once('[data-location]', place);
  once('[data-signature]', signature);
  once('[data-open-map]', b => b.addEventListener('click', () => { const m = b.closest('.field').querySelector('[data-lazy]'); m.hidden = false; load(m); }));
}
