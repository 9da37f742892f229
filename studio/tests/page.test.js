// The real page in a real browser. tests/test_studio.py builds it, makes the files that are given to it,
// and compares what is saved with what infer.py makes.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { alarm, changedWorker, coloured, launch, open, pick, picture, ready, save, serve } from './browser.js';
import { withoutSchemes } from './models.js';

const { STUDIO_DIST: dist, STUDIO_GIVEN: given, STUDIO_SAVED: saved } = process.env;
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

describe('the page', { skip: dist ? false : 'tests/test_studio.py builds it' }, () => {
  let server;
  let browser;
  let shared; // several tests go on with one page, as loading takes longest
  before(async () => {
    server = await serve(dist); // known before the browser fails to start, so that it is closed
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  test('colours the samples, and asks no other host for anything', async () => {
    const { page, context, requests, errors } = await open(browser, server.address, { threads: true });
    assert.equal(await page.evaluate(() => crossOriginIsolated), true);
    await ready(page);
    const heads = {};
    for (const [index, name] of ['scarf', 'notebook', 'surprised'].entries()) {
      await page.click(`[data-sample=${name}]`);
      await page.waitForSelector('body[data-view=work]');
      await coloured(page);
      const number = 1 + index;
      await page.keyboard.press(String(number));
      await page.waitForFunction((n) => document.getElementById('after').dataset.shown === n, String(index));
      const head = await page.locator('.proposal[aria-checked=true]').getAttribute('data-head');
      heads[await save(page, 'picture', saved)] = Number(head);
      if (name === 'surprised') {
        assert.equal(await page.isVisible('#alpha'), true);
        await page.setChecked('#keep-alpha', !(await page.isChecked('#keep-alpha')));
        heads[await save(page, 'picture', saved, 'other_')] = Number(head);
        heads[await save(page, 'colour', saved)] = Number(head);
        await page.setChecked('#keep-alpha', true);
        await save(page, 'ora', saved);
      }
      await page.click('#another');
    }
    writeFileSync(`${saved}/heads.json`, JSON.stringify(heads));
    await page.screenshot({ path: `${saved}/welcome.png` });
    const outside = requests.filter((url) => !url.startsWith(server.address) && !url.startsWith('blob:'));
    assert.deepEqual(outside, []);
    assert.ok(requests.some((url) => url.endsWith('.tflite')) && requests.some((url) => url.endsWith('.wasm')));
    assert.deepEqual(errors, []);
    await context.close();
  });

  test('leaves the colours of a model without schemes as they are', async () => {
    const { page, context } = await open(browser, server.address, {
      before: (page) => page.route('**/*.tflite', async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: withoutSchemes(await response.body()) });
      }),
    });
    await page.click('[data-sample=scarf]');
    await coloured(page);
    const head = await page.locator('.proposal[aria-checked=true]').getAttribute('data-head');
    const name = await save(page, 'picture', saved, 'bare_');
    writeFileSync(`${saved}/bare.json`, JSON.stringify({ name, head: Number(head) }));
    await context.close();
  });

  test('tells what is wrong with a file, and goes on', async () => {
    shared = await open(browser, server.address);
    const { page, errors } = shared;
    await ready(page);
    for (const [file, name, words] of [
      ['empty.png', 'emptyFile', /0 bytes/],
      ['words.png', 'notPicture', /not a picture/],
      ['scan.tif', 'notPicture', /PNG or JPEG/],
      ['huge.png', 'tooLarge', /10000 × 10000.*100 megapixels.*40/],
      ['transparent.png', 'transparent', /transparent/],
      ['damaged.png', 'damaged', /damaged/],
    ]) {
      await pick(page, `${given}/${file}`);
      assert.match(await alarm(page, name), words);
      assert.equal(await page.getAttribute('body', 'data-view'), 'empty');
    }
    await pick(page, `${given}/turned.jpg`);
    await coloured(page);
    assert.equal(await page.locator('.alert').count(), 0);
    const { width, height } = await picture(page);
    assert.deepEqual([width, height], [120, 200]); // upright by EXIF
    // The sketch that is open stays open.
    await pick(page, `${given}/empty.png`);
    await alarm(page, 'emptyFile');
    await page.keyboard.press('2');
    await page.waitForFunction(() => document.getElementById('after').dataset.shown === '1');
    assert.deepEqual(errors, []);
  });

  test('takes what is pasted and dropped', async () => {
    const { page } = shared;
    const give = (type) =>
      page.evaluate(async (type) => {
        const canvas = new OffscreenCanvas(60, 80);
        const pen = canvas.getContext('2d');
        pen.fillStyle = '#fff';
        pen.fillRect(0, 0, 60, 80);
        pen.strokeRect(10, 10, 40, type === 'drop' ? 30 : 60);
        const data = new DataTransfer();
        data.items.add(new File([await canvas.convertToBlob()], 'a.png', { type: 'image/png' }));
        const options = { bubbles: true, cancelable: true };
        const paste = new ClipboardEvent('paste', { ...options, clipboardData: data });
        document.body.dispatchEvent(type === 'drop' ? new DragEvent('drop', { ...options, dataTransfer: data }) : paste);
      }, type);
    await give('paste');
    await coloured(page);
    const { sum } = await picture(page);
    await give('drop');
    await coloured(page);
    assert.notEqual((await picture(page)).sum, sum);
  });

  test('keys and screen readers', async () => {
    const { page } = shared;
    await pick(page, `${given}/small.png`);
    await coloured(page);
    await page.focus('.proposal[aria-checked=true]');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('End');
    await page.waitForFunction(() => document.getElementById('after').dataset.shown === String(document.querySelectorAll('.proposal').length - 1));
    await page.focus('#compare');
    for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowLeft');
    assert.equal(await page.evaluate(() => getComputedStyle(document.getElementById('sheet')).getPropertyValue('--split')), '95%');
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll('button, input:not([hidden]), select, [tabindex="0"]')]
        .filter((one) => one.checkVisibility())
        .filter((one) => !(one.ariaLabel || one.innerText?.trim() || one.labels?.[0]?.innerText.trim()))
        .map((one) => one.outerHTML.slice(0, 120)),
    );
    assert.deepEqual(nameless, []);
    assert.match(await page.innerText('[role=status]'), /Coloured in/);
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.click('#theme');
    assert.notEqual(await ground(), light);
  });

  test('a reload keeps the sketch and what was chosen', async () => {
    const { page } = shared;
    await pick(page, `${given}/small.png`);
    await coloured(page);
    await page.keyboard.press('3');
    await page.waitForFunction(() => document.getElementById('after').dataset.shown === '2');
    const was = await picture(page);
    await page.click('#language');
    assert.equal(await page.innerText('#edit'), '線を直す');
    await page.reload();
    await coloured(page);
    assert.deepEqual(await picture(page), was);
    assert.equal(await page.innerText('#edit'), '線を直す');
    assert.equal(await page.getAttribute('html', 'lang'), 'ja');
    await shared.context.close();
  });

  test('tells that runtime or model cannot be loaded, and tries again', async () => {
    const { page, context } = await open(browser, server.address, {
      before: (page) => page.route('**/*.wasm', (route) => route.fulfill({ status: 404, body: '' })),
    });
    assert.match(await alarm(page, 'noRuntime'), /wasm/);
    const english = await page.innerText('.alert');
    await page.click('#language'); // what is told already is told anew
    for (const words of (await page.innerText('.alert')).split(/\n+/)) assert.doesNotMatch(words, /^[\x20-\x7e]+$/);
    await page.click('#language');
    assert.equal(await page.innerText('.alert'), english);
    await page.unroute('**/*.wasm');
    await page.route('**/*.tflite', (route) => route.fulfill({ body: 'TFL3 is not what this is' }));
    await page.click('.alert button');
    assert.match(await alarm(page, 'badModel'), /model/);
    // A sketch can be looked at meanwhile, and its own failures are told beside.
    await pick(page, `${given}/small.png`);
    await page.waitForFunction(() => document.body.dataset.view === 'work');
    await pick(page, `${given}/empty.png`);
    await alarm(page, 'emptyFile');
    await alarm(page, 'badModel');
    assert.equal(await page.isVisible('#no-hints'), false); // nobody knows
    await page.unroute('**/*.tflite');
    await page.route('**/*.tflite', (route) => route.abort());
    await page.reload();
    // Reading the sketch that was kept may end before or after the network failed.
    await page.waitForFunction(() => document.body.dataset.view === 'work');
    assert.match(await alarm(page, 'noModel'), /model/);
    // Dismissed; but it cannot be saved, and the next sketch cannot be coloured either.
    for (const act of [() => page.click('[data-save=picture]'), () => pick(page, `${given}/small.png`)]) {
      await page.click('.alert button:last-child');
      await act();
      await alarm(page, 'noModel');
    }
    await page.unroute('**/*.tflite');
    await page.click('#another');
    await pick(page, `${given}/small.png`);
    await page.click('.alert button'); // while it may still be read
    await coloured(page);
    assert.equal(await page.getAttribute('body', 'data-view'), 'work');
    assert.equal(await page.locator('.alert').count(), 0);
    await context.close();
  });

  test('tells that its own worker cannot be loaded, and tries again', async () => {
    const { page, context } = await open(browser, server.address, {
      before: (page) => page.route('**/worker*.js', (route) => route.fulfill({ status: 404, body: '' })),
    });
    await alarm(page, 'noRuntime'); // nothing was lost, and memory has no part in it
    assert.equal(await page.locator('.alert').count(), 1);
    await page.unroute('**/worker*.js');
    await page.click('.alert button');
    await ready(page);
    await context.close();
  });

  test('tells that the network is still being loaded, also after a sketch was read', async () => {
    let go;
    const asked = new Promise((resolve) => (go = resolve));
    const { page, context } = await open(browser, server.address, {
      before: (page) => page.route('**/*.tflite', async (route) => { await asked; await route.continue(); }),
    });
    await pick(page, `${given}/small.png`);
    await page.waitForFunction(() => document.body.dataset.view === 'work' && document.getElementById('work').ariaBusy === 'false');
    assert.match(await page.innerText('[role=status]'), /network/);
    assert.equal(await page.isVisible('#progress'), true);
    go();
    await coloured(page);
    await context.close();
  });

  test('trying again keeps what is being read and what is drawn', async () => {
    const slow =
      'const real = self.createImageBitmap.bind(self);' +
      'self.createImageBitmap = async (source, ...rest) => {' +
      ' if (source.size === 12345) await new Promise((go) => setTimeout(go, 2000));' +
      ' return real(source, ...rest); };';
    const { page, context } = await open(browser, server.address, {
      before: async (page) => {
        await changedWorker(page, slow);
        await page.route('**/*.tflite', (route) => route.abort());
      },
    });
    await alarm(page, 'noModel');
    await pick(page, `${given}/size12345.png`);
    await page.click('.alert button');
    assert.equal(await page.getAttribute('body', 'data-view'), 'empty'); // it was not read yet
    await page.waitForFunction(() => document.body.dataset.view === 'work');
    await alarm(page, 'noModel');
    await page.click('#edit');
    await page.waitForFunction(() => document.body.dataset.view === 'board');
    await page.unroute('**/*.tflite');
    await page.click('.alert button');
    await coloured(page);
    assert.equal(await page.getAttribute('body', 'data-view'), 'board');
    await context.close();
  });

  test('tells that memory was refused, and goes on', async () => {
    const refuse =
      'const real = self.createImageBitmap.bind(self);' +
      'self.createImageBitmap = (source, ...rest) => source.size === 12345' +
      " ? Promise.reject(new RangeError('Array buffer allocation failed')) : real(source, ...rest);" +
      "self.addEventListener('message', ({ data }) => { if (data.given.file?.size === 12346) throw new Error('gone'); });";
    const { page, context } = await open(browser, server.address, { before: (page) => changedWorker(page, refuse) });
    await pick(page, `${given}/size12345.png`);
    assert.match(await alarm(page, 'noMemory'), /memory/);
    await pick(page, `${given}/small.png`);
    await coloured(page);
    const was = await picture(page);
    await pick(page, `${given}/size12346.png`); // the worker itself dies
    assert.match(await alarm(page, 'lost'), /started anew/);
    await coloured(page);
    assert.deepEqual(await picture(page), was);
    for (const failure of ['lost', 'lost', 'lostAgain']) {
      await pick(page, `${given}/size12346.png`);
      await alarm(page, failure);
      if (failure === 'lost') await coloured(page);
    }
    assert.equal(await page.locator('.alert').count(), 1);
    await page.click('.alert button');
    await coloured(page);
    assert.deepEqual(await picture(page), was);
    assert.equal(await page.locator('.alert').count(), 0);
    await context.close();
  });

  test('a drawing is coloured, also on a phone', async () => {
    const { page, context, errors } = await open(browser, server.address, PHONE);
    await page.tap('[data-act=draw]');
    const box = await page.locator('#paper').boundingBox();
    const ink = () => page.evaluate(() => {
      const paper = document.getElementById('paper');
      return paper.getContext('2d').getImageData(0, 0, paper.width, paper.height).data.filter((v, i) => i % 4 === 0 && v < 128).length;
    });
    const stroke = async (...points) => {
      const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
      await page.mouse.move(...at(points[0]));
      await page.mouse.down();
      for (const point of points.slice(1)) await page.mouse.move(...at(point), { steps: 8 });
      await page.mouse.up();
    };
    await stroke([0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8], [0.2, 0.2]);
    const one = await ink();
    await stroke([0.3, 0.5], [0.7, 0.5]);
    const two = await ink();
    assert.ok(one > 0 && two > one);
    await page.tap('#board-undo');
    assert.equal(await ink(), one);
    await page.tap('#board-redo');
    await page.tap('#eraser');
    await stroke([0.2, 0.2], [0.5, 0.2]);
    assert.ok((await ink()) < two);
    await page.reload(); // the drawing is kept too
    await page.waitForFunction(() => document.body.dataset.view === 'board');
    assert.ok((await ink()) > one / 2);
    await page.tap('#board-done');
    await coloured(page);
    assert.deepEqual(await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]), [390, 390]);
    await page.screenshot({ path: `${saved}/phone.png` });
    assert.equal(await save(page, 'picture', saved), 'drawing_1.png');
    assert.deepEqual(errors, []);
    await context.close();
  });

});
