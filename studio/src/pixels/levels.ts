// Tinted, scanned or unevenly lit paper becomes white, ink stays ink. Port of sgru_tf/levelling.py,
// where the constants are explained.

import { Filler } from './fill';
import { resizeBytes, resizeFloats } from './resample';
import { rint } from './rounding';

const PLAN_SIZE = 512;
const BLOCK = 8;
const CLOSING = 4;
const STEEPEST_LIGHT = 320;
const DARKEST_PAPER = 0.5;
const LEAST_LEVEL = 64;
const GRAIN = 0.05;
const LIKE_PAPER = Math.fround(0.97); // numpy takes it in single precision
const BAND = 256;

interface Blocks {
  width: number;
  height: number;
  data: Float32Array;
}

/**
 * Divides the paper out, in place.
 *
 * @param grey (height, width), 0 = ink, 255 = paper.
 * @returns Whether anything was changed.
 */
export function levelPaper(grey: Uint8Array, width: number, height: number): boolean {
  const paper = paperMap(grey, width, height);
  if (!paper) return false;
  const gains = paper.data.map((value) => 255 / value);
  const step = paper.height / height;
  for (let top = 0; top < height; top += BAND) {
    const bottom = Math.min(top + BAND, height);
    const size: [number, number] = [width, bottom - top];
    const gain = resizeFloats(gains, [paper.width, paper.height], size, [top * step, bottom * step]);
    for (let i = 0; i < gain.length; i++) {
      const at = top * width + i;
      grey[at] = Math.min(255, rint(Math.fround(grey[at] * gain[i])));
    }
  }
  return true;
}

/** Estimates the brightness of the paper; null where nothing needs levelling, or there is no paper. */
export function paperMap(grey: Uint8Array, width: number, height: number): Blocks | null {
  const scale = Math.min(1, PLAN_SIZE / Math.max(width, height));
  const size: [number, number] = [Math.max(1, rint(width * scale)), Math.max(1, rint(height * scale))];
  const small = resizeBytes(grey, [width, height], size, 1, 'box');
  const plan = { width: size[0], height: size[1], data: Float32Array.from(small) };
  let found = closing(blockMaxima(mean3(plan)));
  const brightest = found.data.reduce((a, b) => Math.max(a, b));
  if (brightest < LEAST_LEVEL) return null;
  found = changed(found, (v) => (v < DARKEST_PAPER * brightest ? 0 : v));
  const light = envelope(found, STEEPEST_LIGHT / Math.max(found.width, found.height));
  const isPaper = found.data.map((v, i) => (v > 0 && v >= Math.fround(LIKE_PAPER * light.data[i]) ? 1 : 0));
  const filled = new Filler(isPaper, found.width, found.height).fill(found.data);
  const paper = mean3(mean3({ ...found, data: filled }));
  if (paper.data.reduce((a, b) => Math.min(a, b)) > 254) return null;
  return changed(paper, (v) => {
    // The allowance for grain fades out towards white, so that white paper is left alone.
    const set = v * (1 - GRAIN * Math.min(1, Math.max(0, (254 - v) / 8)));
    return set > 254 ? 255 : set;
  });
}

function changed(blocks: Blocks, change: (value: number) => number): Blocks {
  return { ...blocks, data: blocks.data.map(change) };
}

function mean3({ width, height, data }: Blocks): Blocks {
  const result = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    const rows = [Math.max(0, y - 1), y, Math.min(height - 1, y + 1)];
    for (let x = 0; x < width; x++) {
      const [left, right] = [Math.max(0, x - 1), Math.min(width - 1, x + 1)];
      let sum = 0;
      for (const row of rows) sum += data[row * width + left] + data[row * width + x] + data[row * width + right];
      result[y * width + x] = sum / 9;
    }
  }
  return { width, height, data: result };
}

function blockMaxima(plan: Blocks): Blocks {
  const [width, height] = [Math.ceil(plan.width / BLOCK), Math.ceil(plan.height / BLOCK)];
  const data = new Float32Array(width * height);
  for (let y = 0; y < plan.height; y++) {
    for (let x = 0; x < plan.width; x++) {
      const at = Math.floor(y / BLOCK) * width + Math.floor(x / BLOCK);
      data[at] = Math.max(data[at], plan.data[y * plan.width + x]);
    }
  }
  return { width, height, data };
}

function closing(blocks: Blocks): Blocks {
  const negative = (one: Blocks) => changed(one, (v) => -v);
  return negative(localMaximum(negative(localMaximum(blocks, CLOSING)), CLOSING));
}

/** Least surface above the blocks that falls by at most `slope` a block. */
function envelope(blocks: Blocks, slope: number): Blocks {
  for (let radius = 1; radius < 2 * Math.max(blocks.width, blocks.height); radius *= 2) {
    const near = localMaximum(blocks, radius);
    blocks = { ...blocks, data: blocks.data.map((v, i) => Math.max(v, near.data[i] - slope * radius)) };
  }
  return blocks;
}

function localMaximum({ width, height, data }: Blocks, radius: number): Blocks {
  const down = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let most = -Infinity;
      for (let r = Math.max(0, y - radius); r <= Math.min(height - 1, y + radius); r++) {
        most = Math.max(most, data[r * width + x]);
      }
      down[y * width + x] = most;
    }
  }
  const both = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let most = -Infinity;
      for (let c = Math.max(0, x - radius); c <= Math.min(width - 1, x + radius); c++) {
        most = Math.max(most, down[y * width + c]);
      }
      both[y * width + x] = most;
    }
  }
  return { width, height, data: both };
}
