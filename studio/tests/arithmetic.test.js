// The ported arithmetic beside the Python original: tests/test_studio.py writes the cases (the JSON
// file that STUDIO_CASES names) with cases.py.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { runnerImport } from 'vite';
import { withoutSchemes } from './models.js';

const load = async (name) => {
  const file = new URL(`../src/${name}.ts`, import.meta.url).pathname;
  return (await runnerImport(file, { configFile: false, logLevel: 'error' })).module;
};
const cases = process.env.STUDIO_CASES ? JSON.parse(readFileSync(process.env.STUDIO_CASES)) : null;
const options = { skip: cases ? false : 'tests/test_studio.py gives the cases' };
const bytes = (text) => new Uint8Array(Buffer.from(text, 'base64'));
const floats = (text) => new Float32Array(bytes(text).buffer);

/** Mean and largest difference. */
function apart(one, other) {
  assert.equal(one.length, other.length);
  let [sum, most] = [0, 0];
  for (let i = 0; i < one.length; i++) {
    const off = Math.abs(one[i] - other[i]);
    sum += off;
    most = Math.max(most, off);
  }
  return { mean: sum / one.length, most };
}

test('rounding is that of Python', async () => {
  const { rint, workingShape, times } = await load('pixels/rounding');
  assert.deepEqual([0.5, 1.5, 2.5, -0.5, 2.4, 2.6].map(rint), [0, 2, 2, 0, 2, 3]);
  assert.deepEqual(workingShape(568, 799, 256), [182, 256]);
  assert.deepEqual(workingShape(1, 5000, 256), [1, 256]);
  for (let c = 0; c < 256; c++) for (let l = 0; l < 256; l++) assert.equal(times(c, l), Math.round((c * l) / 255));
});

test('resizing equals Pillow', options, async () => {
  const { resizeBytes } = await load('pixels/resample');
  for (const { from, to, channels, filter, box, source, wanted } of cases.resize) {
    const found = resizeBytes(bytes(source), from, to, channels, filter, box ?? undefined);
    assert.deepEqual(apart(found, bytes(wanted)), { mean: 0, most: 0 }, `${from} to ${to}, ${filter}`);
  }
});

test('paper is levelled as in Python', options, async () => {
  const { levelPaper } = await load('pixels/levels');
  for (const { size, source, wanted } of cases.level) {
    const grey = bytes(source);
    levelPaper(grey, ...size);
    const { mean, most } = apart(grey, bytes(wanted));
    assert.ok(mean < 0.01 && most <= 1, `${size}: ${mean}, ${most}`);
  }
});

test('ink is taken out, and layers are painted, as in Python', options, async () => {
  const { fillerOf, flatsOf, layersOf, Painter } = await load('pixels/colouring');
  for (const { size, small, padded, answer, grey, line, flats, painted } of cases.paint) {
    const working = { width: small[0], height: small[1], grey: bytes(grey), padded };
    const found = flatsOf(layersOf(bytes(answer), padded, working, fillerOf(working)));
    found.forEach((flat, i) => assert.ok(apart(flat, bytes(flats[i])).most <= 1));
    const sketch = { width: size[0], height: size[1], line: bytes(line), alpha: null };
    const painter = new Painter(sketch, bytes(flats[0]), working);
    const rows = [];
    for (let top = 0; top < size[1]; top += 256) {
      rows.push(painter.rows(top, Math.min(size[1], top + 256), { layer: 'picture', alpha: 'drop' }));
    }
    assert.deepEqual(apart(Buffer.concat(rows), bytes(painted)), { mean: 0, most: 0 });
  }
});

test('labels are those of Python', options, async () => {
  const { potts } = await load('pixels/potts');
  for (const { size, costs, openness, wanted } of cases.labels) {
    const { most } = apart(potts(floats(costs), floats(openness), size, 1, 0.1), floats(wanted));
    assert.ok(most < 0.001, `${size}: ${most}`);
  }
});

test('surfaces are made whole, and hints fill their patches, as in Python', options, async () => {
  const { fillerOf } = await load('pixels/colouring');
  const { settle } = await load('pixels/surfaces');
  const { withHints } = await load('pixels/patches');
  const far = [[], []];
  const near = (found, wanted, label, limit = 0.1) =>
    found.forEach((one, n) => {
      const { mean, most } = apart(one, floats(wanted[n]));
      assert.ok(mean < 0.001 && most < limit, `${label}: ${mean}, ${most}`);
    });
  for (const { size, grey, schemes, hints, pictures, wanted, asked, part, moved } of cases.surfaces) {
    const working = { width: size[0], height: size[1], grey: bytes(grey) };
    const [given, filler] = [pictures.map(floats), fillerOf(working)];
    const settled = settle(given, working.grey, size, filler, schemes);
    assert.ok(Math.abs(settled.part - part) < 0.001);
    near(settled.layers, wanted, `${size}`);
    given.forEach((one, n) => assert.deepEqual(one, floats(pictures[n])));
    assert.equal(settled.layers === given, moved[0] === 0);
    // Where two surfaces are equally large, rounding decides which of them is asked for.
    near(withHints(settled, working.grey, floats(hints), filler, size), asked, `${size} with hints`, 8);
    near(settled.layers, wanted, `${size} afterwards`);
    moved.forEach((one, k) => far[k].push(one));
  }
  assert.ok(Math.max(...far[0]) > 50 && Math.min(...far[0]) === 0, String(far[0]));
  assert.ok(Math.min(...far[1]) > 50, String(far[1]));
});

test('two looks have the mean of Python', options, async () => {
  const { largerSize, meanOfLooks } = await load('pixels/looks');
  for (const { size, from, sizes, layers, larger, wanted } of cases.looks) {
    const found = meanOfLooks(layers.map(floats), larger.map(floats), from, size, 0.6);
    found.forEach((one, n) => assert.ok(apart(one, floats(wanted[n])).most <= 0.5));
    for (const [own, more] of sizes) assert.equal(largerSize(own), more);
  }
});

test('proposals come in the order of Python', options, async () => {
  const { naturalOrder } = await load('pixels/order');
  for (const { size, pictures, wanted } of cases.order) {
    assert.deepEqual(naturalOrder(pictures.map(bytes), ...size), wanted);
  }
});

test('dabs come to the working size as in Python', options, async () => {
  const { workingHints } = await load('pixels/dabs');
  for (const { size, out, dabs, wanted } of cases.hints) {
    const { most } = apart(workingHints(dabs, size, out), floats(wanted));
    assert.ok(most < 0.001, `${size} to ${out}: ${most}`);
  }
});

test('sizes are read from headers', options, async () => {
  const { readHeader } = await load('pixels/header');
  for (const { kind, size, file } of cases.headers) {
    const { width, height, kind: found } = readHeader(bytes(file));
    assert.deepEqual([found, width, height], [kind, ...size]);
  }
  assert.equal(readHeader(new TextEncoder().encode('hello')), null);
  assert.equal(readHeader(bytes(cases.headers[0].file).slice(0, 18)), null);
});

test('a model is read and resized', options, async () => {
  const { readModel, resizedModel } = await load('engine/tflite');
  const file = new Uint8Array(readFileSync(cases.model.path));
  const { proposals, width, height, hints, schemes } = readModel(file);
  assert.deepEqual([proposals, width, height, hints, schemes], cases.model.wanted);
  assert.deepEqual(readModel(withoutSchemes(file)).schemes, []);
  const other = readModel(resizedModel(file, 96, 160));
  assert.deepEqual(other.inputs[0].shape, [1, 160, 96, 1]);
  assert.throws(() => readModel(new Uint8Array(100)), /TFLite/);
});

test('PNG rows come back', async () => {
  const { writePng, crc32 } = await load('files/png');
  assert.equal(crc32(new TextEncoder().encode('123456789')), 0xcbf43926);
  const rows = Uint8Array.from({ length: 5 * 7 * 4 }, (_, i) => (i * 37) % 256);
  const file = Buffer.concat(await writePng(5, 7, 4, [rows.subarray(0, 60), rows.subarray(60)]));
  const data = [];
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    const part = file.subarray(at + 4, at + 8 + file.readUInt32BE(at));
    assert.equal(crc32(part), file.readUInt32BE(at + 4 + part.length));
    if (part.subarray(0, 4).toString() === 'IDAT') data.push(part.subarray(4));
  }
  assert.equal(inflateSync(Buffer.concat(data)).length, 7 * (5 * 4 + 1));
  assert.equal(file.readUInt32BE(16), 5);
});

test('undo and redo', async () => {
  const { History } = await load('page/history');
  let calls = 0;
  const history = new History([], () => calls++);
  history.set([1]);
  history.set([1, 2]);
  history.undo();
  assert.deepEqual(history.now, [1]);
  history.redo();
  assert.deepEqual(history.now, [1, 2]);
  history.undo();
  history.set([3]);
  assert.equal(history.canRedo, false);
  assert.equal(calls, 6);
});

test('both languages say the same things', async () => {
  const source = readFileSync(new URL('../src/page/texts.ts', import.meta.url), 'utf8');
  const { text } = await load('page/texts');
  const holes = (words) => (words.match(/\{\w+\}/g) ?? []).sort().join();
  const table = source.slice(source.indexOf('const TABLE'), source.indexOf('} as const'));
  const pairs = [...table.matchAll(/\[\s*'([^']*)',\s*'([^']*)',?\s*\]/g)];
  assert.ok(pairs.length > 60);
  for (const [, english, japanese] of pairs) assert.equal(holes(english), holes(japanese), english);
  assert.equal(text('saved', { name: 'x.png' }), 'Saved x.png');
});
