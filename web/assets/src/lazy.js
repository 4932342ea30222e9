// Heavy parts (diagram viewer, map) are fetched when their place comes into view.
const loaded = {};
export function load(place) {
  const { script, style } = place.dataset;
  if (style && !document.querySelector(`link[href="${style}"]`)) {
    const link = document.createElement('link');
    link.rel = 'stylesheet'; link.href = style;
    document.head.append(link);
  }
  loaded[script] = loaded[script] || new Promise((done, failed) => {
    const tag = document.createElement('script');
    tag.src = script; tag.onload = done; tag.onerror = failed;
    document.head.append(tag);
  });
  return loaded[script].then(() => window.gridloop[place.dataset.lazy](place));
}
export function lazy(root) {
  root.querySelectorAll('[data-lazy]').forEach(place => {
    if (place.dataset.started) return;
    const go = () => {
      if (place.dataset.started || !place.offsetParent) return;
      place.dataset.started = '1';
      load(place).catch(() => { place.textContent = '这部分没有加载成功，请检查网络后刷新页面。'; });
    };
    if (place.dataset.when === 'asked') return;
    document.addEventListener('shown', go);
    go();
  });
}
