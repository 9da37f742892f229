// Makes the picture for the README from the built page: `npm run screenshot -- ../docs/studio.png`.

import { coloured, launch, open, pick, ready, serve } from './browser.js';

const root = new URL('..', import.meta.url).pathname;
const out = process.argv[2] ?? `${root}../docs/studio.png`;
const [server, browser] = await Promise.all([serve(process.env.STUDIO_DIST ?? `${root}dist`), launch()]);
const { page } = await open(browser, server.address, { viewport: { width: 1280, height: 880 } });
await ready(page);
await pick(page, `${root}../examples/scarf.png`);
await coloured(page);
if (await page.isVisible('#hint-tools')) {
  const box = await page.locator('#overlay').boundingBox();
  for (const [colour, x, y] of [
    ['blond', 0.45, 0.1],
    ['blond', 0.24, 0.4],
    ['blond', 0.34, 0.45],
    ['blond', 0.62, 0.36],
    ['blond', 0.68, 0.3],
    ['teal', 0.5, 0.84],
    ['teal', 0.22, 0.6],
    ['red', 0.44, 0.55],
    ['red', 0.51, 0.385],
    ['teal', 0.74, 0.6],
    ['fair skin', 0.84, 0.81],
    ['fair skin', 0.57, 0.45],
  ]) {
    await page.click(`.swatch[aria-label="${colour}"]`);
    await page.mouse.click(box.x + box.width * x, box.y + box.height * y);
    await coloured(page);
  }
}
await page.locator('#compare').fill('78');
await page.screenshot({ path: out });
await browser.close();
await server.close();
