// The map of the grids: polygons of our own, no tiles from anywhere. Click sets a point (WGS84); elsewhere findings are shown.
import L from 'leaflet';
import 'leaflet/dist/leaflet.css';

const text = s => { const el = document.createElement('span'); el.textContent = s; return el; }; // Leaflet treats strings as HTML
const dot = (lat, lon, color) => L.circleMarker([lat, lon], { radius: 9, weight: 3, color: '#fff', fillColor: color || '#a61b1b', fillOpacity: 1 });

window.gridloop = window.gridloop || {};
window.gridloop.map = async place => {
  const map = L.map(place, { attributionControl: false, zoomControl: true, keyboard: true }).setView([29.15, 118.95], 13);
  const data = await fetch(place.dataset.shapes).then(r => r.json());
  const shapes = L.geoJSON(data, {
    style: f => ({ color: '#3f6fb5', weight: 1.5, fillColor: f.properties.color || '#8fb3e6', fillOpacity: f.properties.fill || .18 }),
    pointToLayer: (f, at) => dot(at.lat, at.lng, f.properties.color),
    onEachFeature: (f, layer) => {
      layer.bindTooltip(text(f.properties.name), { sticky: true });
      if (f.properties.href) layer.on('click', () => { location.href = f.properties.href; });
    }
  }).addTo(map);
  if (shapes.getBounds().isValid()) map.fitBounds(shapes.getBounds());
  const field = place.closest('[data-location]');
  let marker = null;
  place.show = (lat, lon) => {
    if (marker) marker.setLatLng([lat, lon]); else marker = dot(lat, lon).addTo(map);
    map.setView([lat, lon], Math.max(map.getZoom(), 13));
  };
  if (field) {
    const value = name => parseFloat(field.querySelector(`[name="${field.dataset.location}.${name}"]`).value);
    if (!isNaN(value('lat'))) place.show(value('lat'), value('lon'));
    const set = at => { place.show(at.lat, at.lng); field.dispatchEvent(new CustomEvent('placed', { detail: { lon: at.lng, lat: at.lat } })); };
    map.on('click', e => set(e.latlng));
    place.addEventListener('keydown', e => { if (e.key === 'Enter') { e.preventDefault(); set(map.getCenter()); } });
  } else if (place.dataset.lat) {
    place.show(+place.dataset.lat, +place.dataset.lon);
  }
  place.dataset.ready = '1';
};
