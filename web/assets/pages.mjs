// The pages' bundles: hashed names in web/static/dist, manifest.json for asset(), sizes held against a budget.
import * as esbuild from 'esbuild';
import { PurgeCSS } from 'purgecss';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const OUT = path.join(here, '../static/dist');
const CSS_TARGET = ['chrome80', 'safari14.1'];
// gzip kilobytes; a page's first load is app.css + ui.js
const PAGES = {
  ui: { target: 'es2018', budget: { js: 23 } },
  mobile: { target: 'es2018', budget: { js: 12 } },
  calendar: { target: CSS_TARGET, budget: { js: 1, css: 2 } },
  deadlines: { target: CSS_TARGET, budget: { js: 1, css: 2 } },
  'studio-diff': { target: CSS_TARGET, budget: { js: 1 } },
  'studio-moves': { target: CSS_TARGET, budget: { js: 2 } },
  'studio-drop': { target: CSS_TARGET, budget: { js: 2 } },
  viewer: { target: CSS_TARGET, budget: { js: 62, css: 12 } },
  map: { target: 'es2018', budget: { js: 48, css: 8 } },
  studio: { target: CSS_TARGET, budget: { js: 260, css: 52 } },
  decisions: { target: CSS_TARGET, budget: { js: 335, css: 28 } },
  reports: { target: 'es2018', budget: { js: 250, css: 4 } }
};
const APP_CSS = 13;

function put(manifest, name, data, budget) {
  const bytes = Buffer.from(data), [base, ext] = name.split('.');
  const file = `${base}-${crypto.createHash('sha256').update(bytes).digest('hex').slice(0, 10)}.${ext}`;
  const gz = zlib.gzipSync(bytes, { level: 9 }).length / 1024;
  fs.writeFileSync(path.join(OUT, file), bytes);
  manifest[name] = file;
  console.log(`${name.padEnd(12)} ${(bytes.length / 1024).toFixed(1).padStart(8)} kB ${gz.toFixed(1).padStart(7)} gz`);
  if (budget && gz > budget) throw new Error(`${name}: ${gz.toFixed(1)} kB gzip is over its budget of ${budget}`);
}

async function bundle(manifest, name, { target, budget }) {
  const result = await esbuild.build({
    entryPoints: [path.join(here, `src/${name}.js`)], bundle: true, minify: true, format: 'iife', target, write: false, outdir: OUT,
    legalComments: 'external', logLevel: 'error', define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.png': 'dataurl', '.svg': 'dataurl', '.woff2': 'dataurl', '.woff': 'empty', '.ttf': 'empty', '.eot': 'empty', '.bpmn': 'text' }
  });
  for (const f of result.outputFiles) {
    const ext = f.path.split('.').pop();
    if (ext === 'txt') { // licences of what is inside
      fs.writeFileSync(path.join(OUT, path.basename(f.path)), f.contents);
      continue;
    }
    put(manifest, `${name}.${ext}`, f.contents, budget[ext]);
  }
}

async function sheet(manifest) {
  const minify = css => esbuild.transformSync(css, { loader: 'css', minify: true, target: CSS_TARGET }).code;
  const [purged] = await new PurgeCSS().purge({
    content: [`${here}/../templates/**/*.html`, `${here}/src/*.js`, `${here}/../views/**/*.py`],
    css: [path.join(here, 'node_modules/bootstrap/dist/css/bootstrap.min.css')],
    safelist: { standard: [/^htmx-/, /^chip-/, /^status-/, /^is-/, /show$/] }
  });
  put(manifest, 'app.css', minify(purged.css + fs.readFileSync(path.join(here, 'src/theme.css'), 'utf8')), APP_CSS);
}

export async function pages() {
  fs.rmSync(OUT, { recursive: true, force: true });
  fs.mkdirSync(OUT, { recursive: true });
  const manifest = {};
  for (const [name, plan] of Object.entries(PAGES)) {
    if (fs.existsSync(path.join(here, `src/${name}.js`))) await bundle(manifest, name, plan);
  }
  await sheet(manifest);
  fs.writeFileSync(path.join(OUT, 'manifest.json'), JSON.stringify(manifest, null, 1));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await pages();
