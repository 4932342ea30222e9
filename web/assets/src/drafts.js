// Drafts: what is being written goes to the server 5 s after a change and when the page is left. Nothing is lost by a crash.
export function drafts(root, token, say) {
  root.querySelectorAll('form[data-draft]').forEach(form => {
    if (form.dataset.watched) return;
    form.dataset.watched = '1';
    const line = document.getElementById(form.dataset.draftLine);
    let timer = null, changed = false;
    const body = () => {
      const data = new FormData(form);
      [...data.keys()].forEach(k => { if (data.get(k) instanceof File) data.delete(k); });
      data.set('csrf', token());
      return data;
    };
    async function save() {
      clearTimeout(timer); timer = null;
      if (!changed) return;
      changed = false;
      try {
        const r = await fetch(form.dataset.draft, { method: 'POST', body: body(), headers: { 'X-CSRF-Token': token(), 'HX-Request': 'true' } });
        if (line) line.textContent = r.ok ? await r.text() : '草稿没有保存成功，请不要关闭页面。';
        if (!r.ok) changed = true;
      } catch (e) {
        changed = true;
        if (line) line.textContent = '网络不通，草稿暂未保存；联网后会自动保存。';
      }
    }
    const touch = () => { changed = true; timer = timer || setTimeout(save, 5000); };
    form.addEventListener('input', touch);
    form.addEventListener('change', touch);
    form.addEventListener('photos', touch);
    form.addEventListener('submit', () => { changed = false; clearTimeout(timer); });
    addEventListener('online', save);
    addEventListener('pagehide', () => { if (changed) navigator.sendBeacon(form.dataset.draft, body()); });
    document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') save(); });
  });
}
