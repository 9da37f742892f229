// Whole surfaces: where the network is unsure what a surface is, its colourings agree on it. Port of
// sgru_tf/surfaces.py, where it is explained. What belongs to surfaces lies (height, width, 4).

import { rgbOf } from './dabs';
import { greysOf, irisesOf, protectedOf, tint } from './eyes';
import type { Filler } from './fill';
import { explained } from './mixtures';
import { grown, reached, type Size } from './neighbours';
import { LABELS, potts } from './potts';
import { rint } from './rounding';
import { softened } from './softening';

export const SIDE = 320;
const [EXPLAINED, UNEXPLAINED] = [5.5, 7];
const OPEN_POWER = 32;
const [BORDER, LEAST] = [16, 0.2];
const FAINT = 0.03;
const [BARE, ANY] = [0.6, 0.5];
const SKIN_ODDS = 0.9;
const SHARP = 3;
export const LIGHT = 0.1;
const GAP = 4;
const COUNTED = 16;
const [KNOWN, UNKNOWN] = [13, 21];
export const PAPER = 0;
const [SKIN, HAIR, CLOTHES] = [1, 2, 3];
const EYES = 3; // their place in a scheme
export const SURFACES = LABELS;

/** Colour layers whose surfaces are decided, and what `patches.ts` colours them by. */
export interface Settled {
  /** RGB (height, width, 3) each, 0-255; those given, where the schemes do not explain them. */
  layers: Float32Array[];
  /** (height, width, 4), how much paper, skin, hair and clothes is in each pixel now. */
  amounts: Float32Array;
  /** (height, width), how far a pixel belongs to an iris, 0-1. */
  irises: Float32Array;
  /** How far the schemes explain the picture, 0-1. */
  part: number;
}

/**
 * Decides what surfaces are, and colours them so.
 *
 * @param layers RGB (height, width, 3) each, 0-255, the colour layers in the network's order.
 * @param sketch (height, width), 0 = ink, 255 = paper, what the network was shown.
 * @param filler Fills what lies under the sketch's lines.
 * @param schemes "#rrggbb", each proposal's skin, hair, clothes and eyes.
 */
export function settle(
  layers: Float32Array[],
  sketch: Uint8Array,
  size: Size,
  filler: Filler,
  schemes: string[][],
): Settled {
  const colours = coloursOf(schemes);
  const { amounts, rest } = explained(layers, colours);
  const { shares, light } = sharesOf(amounts);
  const openness = opened(sketch);
  const part = partOf(rest, shares, openness);
  if (part === 0) return { layers, amounts, irises: new Float32Array(light.length), part };
  const scale = Math.max(...size) / SIDE;
  const known = rest.map((away) => clipped((UNKNOWN - away) / (UNKNOWN - KNOWN), 1));
  const outside = paperAround(openness, shares, scale, size);
  const grey = greysOf((i) => shares[SURFACES * i + PAPER], light, outside, scale, size);
  const eyes = protectedOf(grey, scale, size);
  // Whites inside of the figure may be any surface.
  const doubt = outside.map((is, i) => (is ? 0 : shares[SURFACES * i + PAPER]));
  const trust = known.map((is, i) => is * (1 - (1 - BARE) * doubt[i]));
  const other = (i: number) => shares[SURFACES * i + SKIN] + shares[SURFACES * i + HAIR];
  const irises = irisesOf(grey, other, light, scale, size).map((share) => part * share);
  const change = decidedOf(shares, trust, doubt, openness, scale, size);
  leaveLight(change, shares);
  for (let i = 0, k = 0; i < light.length; i++) {
    const moved = part * known[i] * light[i] * (1 - eyes[i]);
    for (const next = k + SURFACES; k < next; k++) change[k] = moved * (change[k] - shares[k]);
  }
  // Under a line nothing was decided: it is as beside it, as the colour layer is.
  fillChange(change, filler);
  const moved = layers.map((layer, n) => {
    const result = recoloured(layer, change, colours[n]);
    if (schemes[n].length > EYES) tint(result, irises, rgbOf(schemes[n][EYES]));
    return result;
  });
  const are = schemes[0].length > EYES ? irises : irises.fill(0);
  return { layers: moved, amounts: amounts.map((amount, k) => amount + change[k]), irises: are, part };
}

/** How far the schemes explain layers, 0-1; arguments as for `settle`. */
export function partExplained(layers: Float32Array[], sketch: Uint8Array, schemes: string[][]): number {
  const { amounts, rest } = explained(layers, coloursOf(schemes));
  return partOf(rest, sharesOf(amounts).shares, opened(sketch));
}

/** Where a surface may go on: 1 on bare paper, 0 on a line. */
export function opened(sketch: Uint8Array): Float32Array {
  // The paper may be tinted still.
  const paper = Math.max(sketch.reduce((most, grey) => Math.max(most, grey), 0), 1);
  return Float32Array.from(sketch, (grey) => (grey / paper) ** OPEN_POWER);
}

function coloursOf(schemes: string[][]): Float64Array[] {
  return schemes.map((scheme) => Float64Array.of(255, 255, 255, ...scheme.slice(0, EYES).flatMap(rgbOf)));
}

function clipped(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}

function sharesOf(amounts: Float32Array): { shares: Float32Array; light: Float32Array } {
  const [shares, light] = [amounts.slice(), new Float32Array(amounts.length / SURFACES)];
  for (let i = 0, at = 0; i < light.length; i++, at += SURFACES) {
    light[i] = amounts[at] + amounts[at + 1] + amounts[at + 2] + amounts[at + 3];
    for (let k = at; k < at + SURFACES; k++) shares[k] /= Math.max(light[i], 1e-3);
  }
  return { shares, light };
}

/** How far colours are moved in this picture, 0-1, by the median of what coloured pixels leave unexplained. */
function partOf(rest: Float32Array, shares: Float32Array, openness: Float32Array): number {
  const isColoured = (i: number) => openness[i] > 4e-4 && shares[SURFACES * i + PAPER] < 0.7;
  const coloured = rest.filter((away, i) => isColoured(i) && away < COUNTED).sort();
  if (!coloured.length) return 0;
  const unexplained = (coloured[(coloured.length - 1) >> 1] + coloured[coloured.length >> 1]) / 2;
  return clipped((UNEXPLAINED - unexplained) / (UNEXPLAINED - EXPLAINED), 1);
}

/**
 * Finds the paper around the figure: white, and reached from the top or a side without a line, through
 * openings of some `GAP` pixels and more.
 *
 * @returns (height, width), 0 or 1.
 */
function paperAround(
  openness: Float32Array,
  shares: Float32Array,
  scale: number,
  [width, height]: Size,
): Float32Array {
  const free = openness.map((open, i) => (open > 0.1 && shares[SURFACES * i + PAPER] > 0.3 ? 1 : 0));
  const side = Math.max(GAP, rint(GAP * scale));
  const [columns, rows] = [Math.ceil(width / side), Math.ceil(height / side)];
  const room = new Float32Array(columns * rows).fill(1);
  const cell = (i: number) => ((i / width / side) | 0) * columns + (((i % width) / side) | 0);
  free.forEach((is, i) => is || (room[cell(i)] = 0));
  const isEdge = room.map((_, i) => (i < columns || i % columns === 0 || (i + 1) % columns === 0 ? 1 : 0));
  const around = grown(reached(isEdge, room, [columns, rows]), [columns, rows]);
  return free.map((is, i) => is * around[cell(i)]);
}

/**
 * @param trust (height, width), how much what the network says of a pixel counts.
 * @param doubt (height, width), how much of a pixel is white that may be any surface, 0-1.
 */
function decidedOf(
  shares: Float32Array,
  trust: Float32Array,
  doubt: Float32Array,
  openness: Float32Array,
  scale: number,
  size: Size,
): Float32Array {
  const costs = new Float32Array(shares.length);
  for (let i = 0, at = 0; i < openness.length; i++, at += SURFACES) {
    const weight = trust[i] * (0.02 + 0.98 * openness[i]);
    for (let m = 0; m < SURFACES; m++) {
      const share = m === SKIN ? SKIN_ODDS * shares[at + m] : shares[at + m];
      costs[at + m] = -Math.log(share + FAINT + (m < SKIN ? 0 : ANY * doubt[i]));
    }
    const least = Math.min(costs[at], costs[at + 1], costs[at + 2], costs[at + 3]);
    for (let k = at; k < at + SURFACES; k++) costs[k] = (costs[k] - least) * weight;
  }
  const decided = potts(costs, openness, size, BORDER * scale, LEAST * scale);
  for (let at = 0; at < decided.length; at += SURFACES) {
    let sum = 0;
    for (let k = at; k < at + SURFACES; k++) sum += decided[k] **= SHARP;
    for (let k = at; k < at + SURFACES; k++) decided[k] /= sum;
  }
  return softened(decided, openness, scale, size, SURFACES);
}

/** Leaves colours some of the white that they had: pale hair pale, light on it as it was. */
function leaveLight(decided: Float32Array, shares: Float32Array): void {
  for (const surface of [SKIN, HAIR, CLOTHES]) {
    let [white, total] = [0, 0];
    for (let at = 0; at < shares.length; at += SURFACES) {
      const weight = shares[at + surface] ** 2;
      white += weight * shares[at + PAPER];
      total += weight;
    }
    const most = white / Math.max(total, 1e-6) + LIGHT;
    for (let at = 0; at < shares.length; at += SURFACES) {
      const left = decided[at + surface] * Math.min(shares[at + PAPER], most);
      decided[at + surface] -= left;
      decided[at + PAPER] += left;
    }
  }
}

function fillChange(change: Float32Array, filler: Filler): void {
  const plane = new Float32Array(change.length / SURFACES);
  for (let m = 0; m < SURFACES; m++) {
    for (let i = 0; i < plane.length; i++) plane[i] = change[SURFACES * i + m];
    filler.fill(plane).forEach((value, i) => (change[SURFACES * i + m] = value));
  }
}

function recoloured(layer: Float32Array, change: Float32Array, colours: Float64Array): Float32Array {
  const result = new Float32Array(layer.length);
  for (let at = 0, from = 0; at < layer.length; from += SURFACES) {
    for (let c = 0; c < 3; c++, at++) {
      let moved = layer[at];
      for (let m = 0; m < SURFACES; m++) moved += colours[3 * m + c] * change[from + m];
      result[at] = clipped(moved, 255);
    }
  }
  return result;
}
