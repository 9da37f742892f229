// Of which surfaces a pixel's colours are a mixture. Port of `explained` of sgru_tf/surfaces.py.

import { inverse } from './order';
import { LABELS } from './potts';

// Numbers of inverses are larger only of colours that are mixtures of each other, but for rounding.
const LARGEST = 1e3;

/**
 * Explains each pixel's colours by those of the surfaces, each lit or shaded: non-negative least
 * squares, by trying every set of surfaces, in double precision, as white and skin are much alike.
 *
 * @param colours (4, 3) each, of the surfaces in each proposal.
 * @returns The amount of each surface, 1 as bright as `colours`; and what is left unexplained, root
 *     mean square in grey levels.
 */
export function explained(layers: Float32Array[], colours: Float64Array[]): { amounts: Float32Array; rest: Float32Array } {
  const sets = setsOf(colours);
  const pixels = layers[0].length / 3;
  const [onto, length] = [new Float64Array(LABELS * pixels), new Float64Array(pixels)];
  layers.forEach((layer, n) => project(layer, colours[n], onto, length));
  const [amounts, rest] = [new Float32Array(LABELS * pixels), new Float32Array(pixels)];
  const tried = new Float64Array(LABELS);
  for (let i = 0; i < pixels; i++) {
    let best = 0;
    const at = LABELS * i;
    for (const { chosen, solution } of sets) {
      const gain = tryOut(chosen, solution, onto, at, tried);
      // More surfaces must explain more than rounding does.
      if (!(gain > best * (1 + 1e-9))) continue;
      best = gain;
      for (let m = 0; m < LABELS; m++) amounts[at + m] = 0;
      for (let a = 0; a < chosen.length; a++) amounts[at + chosen[a]] = tried[a];
    }
    rest[i] = Math.sqrt(Math.max(length[i] - best, 0) / (3 * layers.length));
  }
  return { amounts, rest };
}

/** The sets of surfaces that can be told apart, small ones first, with the inverses of how alike their colours are. */
function setsOf(colours: Float64Array[]): { chosen: number[]; solution: number[][] }[] {
  const alike = (m: number, k: number) =>
    colours.reduce((sum, own) => sum + [0, 1, 2].reduce((part, c) => part + own[3 * m + c] * own[3 * k + c], 0), 0);
  const all = Array.from({ length: LABELS }, (_, m) => m);
  const sets = Array.from({ length: 2 ** LABELS - 1 }, (_, bits) => all.filter((m) => ((bits + 1) >> m) & 1));
  sets.sort((one, other) => one.length - other.length || (one.join() < other.join() ? -1 : 1));
  return sets
    .map((chosen) => ({ chosen, solution: inverse(chosen.map((m) => chosen.map((k) => alike(m, k)))) }))
    .filter(({ solution }) => solution.flat().every((number) => Math.abs(number) < LARGEST));
}

/** Adds up how far colours lie along those of each surface (`onto`), and their squared length. */
function project(layer: Float32Array, own: Float64Array, onto: Float64Array, length: Float64Array): void {
  for (let i = 0, k = 0; i < length.length; i++) {
    const r = layer[3 * i];
    const g = layer[3 * i + 1];
    const b = layer[3 * i + 2];
    length[i] += r * r + g * g + b * b;
    for (let m = 0; m < own.length; m += 3, k++) onto[k] += own[m] * r + own[m + 1] * g + own[m + 2] * b;
  }
}

/** How much a set of surfaces explains of a pixel, its amounts into `tried`; -1 if one of them were negative. */
function tryOut(chosen: number[], solution: number[][], onto: Float64Array, at: number, tried: Float64Array): number {
  let gain = 0;
  for (let a = 0; a < chosen.length; a++) {
    let amount = 0;
    for (let b = 0; b < chosen.length; b++) amount += solution[a][b] * onto[at + chosen[b]];
    if (!(amount >= 0)) return -1;
    tried[a] = amount;
    gain += amount * onto[at + chosen[a]];
  }
  return gain;
}
