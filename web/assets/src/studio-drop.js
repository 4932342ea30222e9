// A folder or files dropped on a form are chosen in its file field and sent; the file button does the same by keyboard.
const MOST = 200;

function files(entry) {
  return new Promise((done, failed) => {
    if (entry.isFile) { entry.file(file => done([file]), failed); return; }
    const reader = entry.createReader(), found = [];
    const more = () => reader.readEntries(part => {
      if (!part.length || found.length > MOST) { Promise.all(found.map(files)).then(all => done(all.flat()), failed); return; }
      found.push(...part.filter(one => !one.name.startsWith('.')));
      more();
    }, failed);
    more();
  });
}

function say(text) { document.getElementById('live').textContent = text; }

document.querySelectorAll('form[data-drop]').forEach(form => {
  const field = form.querySelector('input[type=file]');
  const over = on => form.classList.toggle('drop-over', on);
  form.addEventListener('dragover', e => { e.preventDefault(); over(true); });
  form.addEventListener('dragleave', () => over(false));
  form.addEventListener('drop', async e => {
    e.preventDefault(); over(false);
    const entries = [...e.dataTransfer.items].map(one => one.webkitGetAsEntry?.()).filter(Boolean);
    const loose = [...e.dataTransfer.files];
    try {
      const found = entries.length ? (await Promise.all(entries.map(files))).flat() : loose;
      const chosen = new DataTransfer();
      const wanted = field.accept.split(',');
      found.filter(file => wanted.some(end => file.name.toLowerCase().endsWith(end))).slice(0, MOST + 1).forEach(file => chosen.items.add(file));
      field.files = chosen.files;
    } catch { say('拖进来的文件读不出来，请用“选择文件”。'); return; }
    if (!field.files.length) { say('拖进来的文件里没有流程图、决策表、表单、参数或例子。'); return; }
    form.requestSubmit();
  });
});
