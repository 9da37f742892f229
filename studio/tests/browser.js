// A browser with the built page, for the tests: STUDIO_DIST is the folder that was built.

import { chromium } from 'playwright-core';
import { preview } from 'vite';

const root = new URL('..', import.meta.url).pathname;

/** Serves a built folder as `make studio` does; gives its address and a function that ends it. */
export async function serve(dist) {
  const server = await preview({
    root,
    configFile: `${root}vite.config.ts`,
    logLevel: 'error',
    build: { outDir: dist },
    preview: { port: 0 },
  });
  const { port } = server.httpServer.address();
  return { address: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

/** Starts the browser; no name but the loopback's is found, so that nothing can be fetched elsewhere. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.STUDIO_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
  });
}

/**
 * Opens the page in a context of its own; `requests` collects every address that was asked for. One thread
 * unless `threads` is given: on busy cores several wait for each other.
 */
export async function open(browser, address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, locale: 'en-GB', ...options });
  const requests = [];
  const errors = [];
  context.on('request', (request) => requests.push(request.url()));
  const page = await context.newPage();
  page.on('pageerror', (error) => errors.push(String(error)));
  page.setDefaultTimeout(30_000);
  if (options.before) await options.before(page);
  await page.goto(options.threads ? address : `${address}?threads=0`);
  return { page, context, requests, errors };
}

/** Waits until the network is loaded. */
export function ready(page) {
  return page.waitForFunction(() => document.body.dataset.engine);
}

/** Waits until a sketch is coloured with all that was asked for. */
export function coloured(page) {
  return page.waitForFunction(() => {
    const proposals = [...document.querySelectorAll('.proposal')];
    const there = proposals.length && proposals.every((one) => !one.classList.contains('waiting'));
    return there && document.getElementById('work').ariaBusy === 'false' && document.getElementById('after').dataset.shown;
  });
}

/** Gives files to the page as the file picker does. */
export async function pick(page, ...paths) {
  await page.setInputFiles('#file', paths);
}

/** Waits for the box that tells of a failure; gives its name and words. */
export async function alarm(page, name) {
  const box = page.locator(`.alert[data-failure=${name}]`);
  await box.waitFor();
  return box.locator('p').innerText();
}

/** Clicks on a button that saves; gives the name of the file, which is put into `folder`. */
export async function save(page, kind, folder, prefix = '') {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(`[data-save=${kind}]`)]);
  const name = prefix + download.suggestedFilename();
  await download.saveAs(`${folder}/${name}`);
  return name;
}

/** The pixels of the large picture, for comparing. */
export function picture(page) {
  return page.evaluate(() => {
    const canvas = document.getElementById('after');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return { width: canvas.width, height: canvas.height, sum: data.reduce((sum, v, i) => (sum + v * (1 + (i % 97))) % 1e9, 0) };
  });
}

/** Puts code before the worker's own. */
export function changedWorker(page, code) {
  return page.route('**/worker-*.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: code + (await response.text()) });
  });
}
