// Builds what the browser and the engine run. One entry a bundle; `npm run build` writes all of them.
import * as esbuild from 'esbuild';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { pages } from './pages.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');

const common = { bundle: true, minify: true, legalComments: 'linked', logLevel: 'warning', nodePaths: [path.join(here, 'node_modules')] };

/** FEEL and decision tables for the engine's own V8. */
async function buildFeel() {
  await esbuild.build({
    ...common,
    entryPoints: [path.join(root, 'engine/feel/js/feel.mjs')],
    outfile: path.join(root, 'engine/feel/dist/feel.js'),
    format: 'iife',
    target: 'es2020',
  });
}

await buildFeel();
await pages();
