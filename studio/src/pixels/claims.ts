// Which pixels go with which hint: the patch on which a dab lies, up to the lines. Port of
// sgru_tf/claims.py, where it is explained. Maps are (height, width), 0 or 1, or numbers of paints.

import { grown, reached, shrunk, type Size, spread } from './neighbours';
import { rint } from './rounding';

const [ALIKE, MOST] = [24, 16];
const CORE = 2;
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
 * @param hints (height, width, 4), RGB 0-255 and 0-1; from 0.5 on a pixel counts.
 * @param surfaces Which pixels are of a surface; what is of the last one goes before.
 * @param openness 1 on bare paper, 0 on a line.
 */
export function claimsOf(
  hints: Float32Array,
  surfaces: Float32Array[],
  openness: Float32Array,
  scale: number,
  size: Size,
): Claims {
  const asked = openness.map((_, i) => (hints[4 * i + 3] >= 0.5 ? 1 : 0));
  const bare = openness.map((open) => (open > OPEN ? 1 : 0));
  const { which, colours } = paintsOf(hints, asked);
  const seeds = middlesOf(asked, surfaces[surfaces.length - 1], bare, scale, size);
  const numbers = surfaces.map((own) => {
    const given = which.map((paint, i) => paint * seeds[i] * own[i]);
    return patchesOf(given, own, bare, scale, size);
  });
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

/** What counts of each dab: of its middle, or else of all of it, what the ball fits into. */
function middlesOf(
  asked: Float32Array,
  last: Float32Array,
  bare: Float32Array,
  scale: number,
  size: Size,
): Float32Array {
  const wide = times(asked, shrunk(bare, size, ballOf(scale)));
  let seeds = times(wide, shrunk(asked, size, rint(CORE * scale)));
  for (const other of [wide, times(asked, bare), asked]) {
    const served = reached(seeds, asked, size);
    seeds = seeds.map((is, i) => Math.max(is, other[i] * (1 - served[i])));
  }
  const ofLast = times(seeds, last);
  const served = reached(ofLast, asked, size);
  return seeds.map((is, i) => Math.max(ofLast[i], is * (1 - served[i])));
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
  const free = unclaimed(inner);
  numbers = numbers.map((number) => (number === kept ? 0 : number));
  numbers = spread(numbers, free.map((is, i) => Math.max(is, 1 - bare[i])), size, rint(ACROSS * scale));
  numbers = spread(numbers, free, size);
  // Not from a line to what lies beyond it; but between dense lines all is line.
  const others = bare.map((is, i) => is * (1 - own[i]));
  const fringe = spread(times(numbers, bare), others, size, rint(FRINGE * scale));
  return numbers.map((number, i) => (own[i] && !bare[i] ? number : fringe[i]));
}

function ballOf(scale: number): number {
  return Math.max(1, rint(BALL * scale));
}

function times(one: Float32Array, other: Float32Array): Float32Array {
  return one.map((value, i) => value * other[i]);
}
