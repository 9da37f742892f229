// Hints on the real page, with a model that takes them: STUDIO_HINTED is a build with one.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { changedWorker, coloured, launch, open, pick, picture, ready, save, serve } from './browser.js';

const { STUDIO_HINTED: hinted, STUDIO_GIVEN: given, STUDIO_SAVED: saved } = process.env;

describe('hints', { skip: hinted ? false : 'tests/test_studio.py builds the page' }, () => {
  let server;
  let browser;
  let shared;
  before(async () => {
    server = await serve(hinted); // known before the browser fails to start, so that it is closed
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  test('are placed, undone, moved, removed, saved, and kept over a reload', async () => {
    shared = await open(browser, server.address);
    const { page, errors } = shared;
    await ready(page);
    await pick(page, `${given}/small.png`);
    await coloured(page);
    const bare = await picture(page);
    const box = await page.locator('#overlay').boundingBox();
    await page.click('.swatch[aria-label=red]');
    await page.mouse.click(box.x + box.width * 0.3, box.y + box.height * 0.4);
    await coloured(page);
    const red = await picture(page);
    assert.notEqual(red.sum, bare.sum);
    await page.click('.swatch[aria-label=blue]');
    await page.mouse.click(box.x + box.width * 0.7, box.y + box.height * 0.7);
    await coloured(page);
    assert.equal(await page.locator('.dab').count(), 2);
    const both = await picture(page);
    assert.notEqual(both.sum, red.sum);
    const kept = await page.evaluate(
      () =>
        new Promise((resolve) => {
          indexedDB.open('sgru-studio').onsuccess = ({ target }) => {
            target.result.transaction('work').objectStore('work').get('kept').onsuccess = (event) => resolve(event.target.result);
          };
        }),
    );
    const head = Number(await page.locator('.proposal[aria-checked=true]').getAttribute('data-head'));
    const name = await save(page, 'picture', saved, 'hinted_');
    await save(page, 'ora', saved, 'hinted_');
    writeFileSync(`${saved}/hints.json`, JSON.stringify({ name, head, dabs: kept.dabs }));
    await page.screenshot({ path: `${saved}/hints.png` });

    await page.reload();
    await coloured(page);
    assert.equal(await page.locator('.dab').count(), 2);
    assert.deepEqual(await picture(page), both);

    await page.click('.chip >> nth=1');
    await coloured(page);
    assert.deepEqual(await picture(page), red);
    await page.keyboard.press('Control+z');
    await coloured(page);
    assert.deepEqual(await picture(page), both);
    await page.click('#clear');
    await coloured(page);
    assert.equal(await page.locator('.dab').count(), 0);
    assert.deepEqual(await picture(page), bare);
    await page.click('#undo');
    await coloured(page);
    assert.deepEqual(await picture(page), both);
    assert.deepEqual(errors, []);
  });

  test('go with keys alone, by drag, and with the pipette', async () => {
    const { page, context } = shared;
    await page.click('#clear');
    await page.click('.swatch[aria-label=pink]');
    await page.focus('#overlay');
    for (const key of ['ArrowLeft', 'Shift+ArrowUp', 'Enter']) await page.keyboard.press(key);
    await coloured(page);
    const label = () => page.getAttribute('.dab', 'aria-label');
    const first = await label();
    assert.match(first, /^Hint 1: pink at \d+, \d+/);
    await page.focus('.dab');
    await page.keyboard.press('Shift+ArrowDown');
    await coloured(page);
    assert.notEqual(await label(), first);
    const dab = await page.locator('.dab').boundingBox();
    const [x, y] = [dab.x + dab.width / 2, dab.y + dab.height / 2];
    const second = await label();
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 60, y + 30, { steps: 4 });
    await page.mouse.up();
    await coloured(page);
    assert.notEqual(await label(), second);
    assert.equal(await page.locator('.dab').count(), 1);
    await page.focus('.dab');
    await page.keyboard.press('Delete');
    assert.equal(await page.locator('.dab').count(), 0);
    await page.click('#pipette');
    const box = await page.locator('#overlay').boundingBox();
    await page.mouse.click(box.x + box.width * 0.5, box.y + box.height * 0.3);
    assert.equal(await page.getAttribute('#pipette', 'aria-pressed'), 'false');
    assert.equal(await page.locator('.dab').count(), 0);
    await context.close();
  });

  test('are hidden with a sentence where the model takes none', async () => {
    const none =
      'const post = self.postMessage.bind(self);' +
      'self.postMessage = (reply, ...rest) => { if (reply.result?.engine) reply.result.hints = false; post(reply, ...rest); };';
    const { page, context } = await open(browser, server.address, { before: (page) => changedWorker(page, none) });
    await ready(page);
    await pick(page, `${given}/small.png`);
    await coloured(page);
    assert.equal(await page.isVisible('#hint-tools'), false);
    assert.match(await page.innerText('#no-hints'), /takes no/);
    await page.click('#overlay');
    assert.equal(await page.locator('.dab').count(), 0);
    await context.close();
  });
});
