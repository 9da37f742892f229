// Draws Live2D models (Cubism 2.1) in many poses on white, each with a map of its parts.
//
//   (cd studio && npm ci)                      # brings playwright-core; Chromium must be there
//   node examples/live2d/poses.mjs CORE.js POSES 12 NAME=FOLDER/x.model.json ...
//
// CORE.js is Live2D's runtime, `src/lib/live2d.core.js` in the npm package live2d-widget; models are
// in the packages live2d-widget-model-*. Both belong to Live2D Inc. and the artists: read their
// terms. POSES/NAME.0.png, NAME.1.png ... are the poses, NAME.0.parts.png ... tell for every pixel
// which part it shows, as numbered in POSES/parts.json; NAME.0.armL.png, armR or arms, and locks are
// what can be drawn of them alone, on nothing. paint.py, here and in ../schemes, makes training
// pictures of them.
// The same models in the same order give the same poses.

import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const require = createRequire(path.join(here, "../../studio/package.json"));
const ORIGIN = "http://figures.invalid/"; // answered from disk, below
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist", "--disable-background-networking"];

// Strict mode, which a module implies, refuses the runtime; so it becomes a function's body.
function runtime(file) {
  const text = fs.readFileSync(file, "utf8");
  const end = text.lastIndexOf("export{");
  if (end < 0) throw new Error(`${file}: is not live2d.core.js of the package live2d-widget`);
  const names = text.slice(end + 7).replace("}", "").split(",").map((name) => name.trim());
  const given = names.filter(Boolean).map((name) => name.split(" as ").reverse().join(": "));
  return `window.cubism = (function () {${text.slice(0, end)}; return {${given.join(", ")}}})();`;
}

// Parts of which one is to be seen at a time, as two ways to hold an arm.
function alternatives(settings, folder) {
  if (!settings.pose) return [];
  const groups = JSON.parse(fs.readFileSync(path.join(folder, settings.pose))).parts_visible;
  return groups.map(({ group }) => group.map(({ id, link }) => [id, ...(link ?? [])]));
}

let state = 7;
function random() {
  state = (state * 1103515245 + 12345) % 2147483648;
  return state / 2147483648;
}

function drawPose(motions, choices) {
  const motion = motions[Math.floor(random() * motions.length)] ?? null;
  const at = 0.15 + 0.7 * random();
  const angles = [50, 40, 24, 16].map((range) => range * (random() - 0.5));
  const chosen = random();
  const off = choices.flatMap((choice) =>
    choice.filter((_, place) => place !== Math.floor(chosen * choice.length)).flat(),
  );
  return { motion: motion && ORIGIN + motion, at, angles, off };
}

async function pose(browser, core, out, count, name, file) {
  const folder = path.dirname(file);
  const settings = JSON.parse(fs.readFileSync(file, "utf8"));
  const motions = Object.values(settings.motions ?? {}).flat().map((motion) => motion.file)
    .filter((motion) => motion.endsWith(".mtn") && fs.existsSync(path.join(folder, motion)));
  const page = await browser.newPage();
  await page.route(`${ORIGIN}**`, (route) => {
    const asked = decodeURI(route.request().url().slice(ORIGIN.length));
    if (asked === "core.js") return route.fulfill({ body: core, contentType: "text/javascript" });
    return route.fulfill({ path: asked ? path.join(folder, asked) : path.join(here, "poses.html") });
  });
  await page.goto(ORIGIN);
  const kinds = await page.evaluate(([model, at]) => load(model, at), [settings, ORIGIN]);
  fs.writeFileSync(path.join(out, "parts.json"), JSON.stringify(kinds) + "\n");
  const choices = alternatives(settings, folder);
  for (let number = 0; number < count; number++) {
    const taken = await page.evaluate((wanted) => take(wanted), drawPose(motions, choices));
    fs.writeFileSync(path.join(out, `${name}.${number}.png`), taken.picture, "base64");
    fs.writeFileSync(path.join(out, `${name}.${number}.parts.png`), taken.parts, "base64");
    for (const [part, drawn] of Object.entries(taken.loose)) {
      fs.writeFileSync(path.join(out, `${name}.${number}.${part}.png`), drawn, "base64");
    }
  }
  await page.close();
  console.log(`${name}: ${count} poses of ${motions.length} motions`);
}

const [coreFile, out, count, ...models] = process.argv.slice(2);
if (!models.length || models.some((model) => !model.includes("=")) || !(Number(count) > 0)) {
  console.error("usage: node poses.mjs CORE.js POSES COUNT NAME=FOLDER/x.model.json ...");
  process.exit(2);
}
const { chromium } = require("playwright-core");
const core = runtime(coreFile);
fs.mkdirSync(out, { recursive: true });
const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
let failed = 0;
for (const model of models) {
  const [name, file] = model.split(/=(.*)/);
  try {
    await pose(browser, core, out, Number(count), name, file);
  } catch (error) {
    failed += 1;
    console.error(`failed: ${name}: ${String(error.message ?? error).split("\n")[0]}`);
  }
}
await browser.close();
process.exit(failed ? 1 : 0);
