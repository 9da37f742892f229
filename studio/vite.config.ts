// Builds dist/: a folder that any static host can serve. `vite preview` serves it on loopback.

import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

const root = new URL('.', import.meta.url);
const runtime = new URL('node_modules/@litertjs/core/wasm/', root);
// STUDIO_MODEL names another TFLite file of the project to build with.
const model = process.env.STUDIO_MODEL ?? new URL('../sgru_tf/pretrained/sgru-small.tflite', root).pathname;
const hash = createHash('sha256').update(readFileSync(model)).digest('hex').slice(0, 8);
const modelName = `model/sgru-${hash}.tflite`;
const samples = ['scarf', 'notebook', 'surprised'];

const files: Record<string, string> = { [modelName]: model }; // name in dist/ -> file
for (const variant of ['', 'threaded_', 'compat_']) {
  for (const suffix of ['js', 'wasm']) {
    const name = `litert_wasm_${variant}internal.${suffix}`;
    files[`wasm/${name}`] = new URL(name, runtime).pathname;
  }
}
for (const name of samples) files[`samples/${name}.png`] = new URL(`../examples/${name}.png`, root).pathname;
files['samples/LICENSES.md'] = new URL('../examples/LICENSES.md', root).pathname;
files['model/MODEL_CARD.md'] = new URL('../sgru_tf/pretrained/MODEL_CARD.md', root).pathname;

/** Copies what is not part of the bundle: runtime, model, sample sketches. */
function copied(): Plugin {
  return {
    name: 'copied',
    apply: 'build',
    writeBundle({ dir }) {
      for (const [name, source] of Object.entries(files)) {
        const target = `${dir}/${name}`;
        mkdirSync(target.slice(0, target.lastIndexOf('/')), { recursive: true });
        copyFileSync(source, target);
      }
    },
  };
}

// With these, browsers give the page threads.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  base: './',
  define: {
    __FILES__: JSON.stringify(Object.fromEntries(Object.entries(files).map(([name, path]) => [name, statSync(path).size]))),
    __MODEL__: JSON.stringify(modelName),
    __SAMPLES__: JSON.stringify(samples),
  },
  build: { target: 'es2022', outDir: process.env.STUDIO_OUT ?? 'dist', emptyOutDir: true, assetsInlineLimit: 0 },
  // A classic worker: LiteRT.js loads its runtime with importScripts.
  worker: { format: 'iife' },
  preview: { host: '127.0.0.1', port: 8000, strictPort: false, headers },
  plugins: [copied()],
});
