// Which pixels go with which hint: the patch on which a dab lies, up to the lines. Port of
// sgru_tf/claims.py, where it is explained. Maps are (height, width), 0 or 1, or numbers of paints.

import { grown, reached, shrunk, type Size, spread } from './neighbours';
import { rint } from './rounding';

const PAINTED = 0.25;
const [ALIKE, MOST] = [24, 16];
const [DEEPEST, SERVED] = [4, 6];
const BROAD = 8;
const OPEN = 0.1;
const BALL = 1;
const [ISLAND, ACROSS] = [4, 8];
const FRINGE = 5;

/** Of each surface the number of the paint with which a pixel goes, from 1 on, 0 for none; and the paints. */
export interface Claims {
  numbers: Float32Array[];
  colours: number[][];
}

/**
 * Finds the patches of all dabs.
 *
 * @param hints (height, width, 4), RGB 0-255 and 0-1.
 * @param surfaces Which pixels are of a surface; a dab that touches the last one lies on it alone.
 * @param openness 1 on bare paper, 0 on a line.
 */
export function claimsOf(
  hints: Float32Array,
  surfaces: Float32Array[],
  openness: Float32Array,
  scale: number,
  size: Size,
): Claims {
  const asked = openness.map((_, i) => (hints[4 * i + 3] >= PAINTED ? 1 : 0));
  const bare = openness.map((open) => (open > OPEN ? 1 : 0));
  const { which, colours } = paintsOf(hints, asked);
  const seeds = new Float32Array(bare.length);
  colours.forEach((_, k) => {
    const paint = which.map((number) => (number === k + 1 ? 1 : 0));
    const middles = middlesOf(paint, surfaces[surfaces.length - 1], bare, scale, size);
    middles.forEach((is, i) => is && (seeds[i] = k + 1));
  });
  const numbers = surfaces.map((own) => patchesOf(times(seeds, own), own, bare, scale, size));
  return { numbers, colours };
}

/** The number of each pixel's paint, from 1 on, and the paints' mean colours. */
function paintsOf(hints: Float32Array, asked: Float32Array): { which: Float32Array; colours: number[][] } {
  const which = new Float32Array(asked.length);
  const colours: number[][] = [];
  const isLeft = (i: number) => asked[i] > 0 && !which[i];
  const isAlike = (i: number, j: number) =>
    Math.max(...[0, 1, 2].map((c) => Math.abs(hints[4 * j + c] - hints[4 * i + c]))) <= ALIKE;
  for (let i = 0; i < asked.length && colours.length < MOST; i++) {
    if (!isLeft(i)) continue;
    const sum = [0, 0, 0, 0];
    for (let j = i; j < asked.length; j++) {
      if (!isLeft(j) || !isAlike(i, j)) continue;
      which[j] = colours.length + 1;
      for (let c = 0; c < 3; c++) sum[c] += hints[4 * j + c];
      sum[3]++;
    }
    colours.push([0, 1, 2].map((c) => sum[c] / sum[3]));
  }
  for (let i = 0; i < asked.length; i++) {
    if (!isLeft(i)) continue;
    const away = colours.map((colour) => colour.reduce((sum, value, c) => sum + (hints[4 * i + c] - value) ** 2, 0));
    which[i] = away.indexOf(Math.min(...away)) + 1;
  }
  return { which, colours };
}

/** The places that count of a paint: of each dab the one that is nearest to its middle. */
function middlesOf(
  paint: Float32Array,
  last: Float32Array,
  bare: Float32Array,
  scale: number,
  size: Size,
): Float32Array {
  const depths = Array.from({ length: DEEPEST + 1 }, (_, n) => shrunk(paint, size, rint((DEEPEST - n) * scale)));
  let seeds: Float32Array = new Float32Array(paint.length);
  for (const place of [shrunk(bare, size, ballOf(scale)), bare, bare.map(() => 1)]) {
    for (const inner of depths) {
      if (!inner.includes(1)) continue;
      const served = spread(seeds, paint, size, rint(SERVED * scale));
      seeds = seeds.map((is, i) => Math.max(is, inner[i] * place[i] * (1 - served[i])));
    }
  }
  const broad = reached(shrunk(paint, size, rint(BROAD * scale)), paint, size);
  // If there is anything else of it.
  const others = reached(seeds.map((is, i) => is * (1 - last[i])), paint, size);
  const ofLast = seeds.map((is, i) => is * last[i] * (1 - broad[i] * others[i]));
  const served = spread(ofLast, paint, size, 2 * rint(SERVED * scale));
  return seeds.map((is, i) => Math.max(ofLast[i], is * (1 - last[i]) * (1 - served[i])));
}

/** The patches of the dabs on one surface. */
function patchesOf(
  given: Float32Array,
  own: Float32Array,
  bare: Float32Array,
  scale: number,
  size: Size,
): Float32Array {
  const kept = given.reduce((most, number) => Math.max(most, number), 0) + 1;
  if (kept === 1) return given;
  const wide = times(own, shrunk(bare, size, ballOf(scale)));
  const near = times(wide, grown(given, size, ballOf(scale)));
  let numbers = spread(given.map((number, i) => number || near[i]), wide, size);
  // What no dab comes to keeps its place, unless it is too small to have a say.
  const inner = times(own, bare);
  const unclaimed = (room: Float32Array) => room.map((is, i) => (numbers[i] ? 0 : is));
  const large = reached(shrunk(unclaimed(inner), size, rint(ISLAND * scale)), unclaimed(wide), size);
  numbers = spread(numbers.map((number, i) => (large[i] ? kept : number)), inner, size);
  numbers = withIslands(numbers, unclaimed(inner), bare, kept, rint(ACROSS * scale), size);
  numbers = numbers.map((number) => (number === kept ? 0 : number));
  // Not from a line to what lies beyond it; but between dense lines all is line.
  const others = bare.map((is, i) => is * (1 - own[i]));
  const fringe = spread(times(numbers, bare), others, size, rint(FRINGE * scale));
  return numbers.map((number, i) => (own[i] && !bare[i] ? number : fringe[i]));
}

/** Gives each island to what comes to it first over the lines around it. */
function withIslands(
  numbers: Float32Array,
  free: Float32Array,
  bare: Float32Array,
  kept: number,
  steps: number,
  size: Size,
): Float32Array {
  const line = bare.map((is) => 1 - is);
  for (let step = 0; step < steps; step += 2) {
    numbers = spread(numbers, line, size, 2);
    // What keeps its place goes before where both come at once.
    for (const isKept of [true, false]) {
      const some = numbers.map((number) => ((number === kept) === isKept ? number : 0));
      const inside = spread(some, free.map((is, i) => (numbers[i] ? 0 : is)), size);
      numbers = numbers.map((number, i) => Math.max(number, inside[i]));
    }
  }
  return numbers;
}

function ballOf(scale: number): number {
  return Math.max(1, rint(BALL * scale));
}

function times(one: Float32Array, other: Float32Array): Float32Array {
  return one.map((value, i) => value * other[i]);
}
