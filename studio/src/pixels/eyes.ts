// Eyes: greys in a picture in schemes stay, and irises get the schemes' colours. Port of
// sgru_tf/eyes.py, where it is explained. Maps are (height, width).

import { grown, reached, shrunk, type Size, smoothed } from './neighbours';
import { rint } from './rounding';

const [EYE, NO_EYE_GREY, EYE_GREY] = [3, 0.05, 0.1];
const [IRIS_GREY, IRIS_AROUND, IRIS_MOST] = [0.0725, 4, 20];
const [LIT, DARK] = [0.94, 0.79];
const [SOME, MUCH] = [0.3, 0.7];
const TINT = 0.8;
export const LUMA = [0.299, 0.587, 0.114];

/** How grey a pixel of the figure is: how much of white in it is dark, 0-1. */
export function greysOf(
  white: (i: number) => number,
  light: Float32Array,
  outside: Float32Array,
  scale: number,
  size: Size,
): Float32Array {
  const near = grown(outside, size, rint(EYE * scale));
  return light.map((lit, i) => white(i) * (1 - lit) * (1 - near[i]));
}

/** How far a pixel belongs to an eye, or another grey thing, 0-1. */
export function protectedOf(grey: Float32Array, scale: number, size: Size): Float32Array {
  const eyes = grey.map((value) => unit((value - NO_EYE_GREY) / (EYE_GREY - NO_EYE_GREY)));
  return smoothed(grown(eyes, size, rint(EYE * scale)), size);
}

/**
 * How far a pixel belongs to an iris, 0-1.
 *
 * @param other The share of skin and hair.
 */
export function irisesOf(
  grey: Float32Array,
  other: (i: number) => number,
  light: Float32Array,
  scale: number,
  size: Size,
): Float32Array {
  const core = shrunk(grey.map((value) => (value > IRIS_GREY ? 1 : 0)), size, Math.max(1, rint(scale)));
  const large = reached(shrunk(core, size, rint(IRIS_MOST * scale)), core, size);
  const around = grown(core.map((is, i) => is - large[i]), size, rint(IRIS_AROUND * scale));
  const share = smoothed(smoothed(around, size), size);
  return share.map((value, i) => value * unit((MUCH - other(i)) / (MUCH - SOME)) * unit((LIT - light[i]) / (LIT - DARK)));
}

/** Gives irises the colour of eyes, RGB 0-255, as light as they were, in a layer (height, width, 3). */
export function tint(layer: Float32Array, share: Float32Array, colour: number[]): void {
  const lightest = Math.max(colour.reduce((sum, value, c) => sum + LUMA[c] * value, 0), 1);
  for (let i = 0, at = 0; i < share.length; i++, at += 3) {
    const light = (layer[at] * LUMA[0] + layer[at + 1] * LUMA[1] + layer[at + 2] * LUMA[2]) / lightest;
    for (let c = 0; c < 3; c++) {
      const moved = layer[at + c] + TINT * share[i] * (light * colour[c] - layer[at + c]);
      layer[at + c] = Math.min(255, Math.max(0, moved));
    }
  }
}

function unit(value: number): number {
  return Math.min(1, Math.max(0, value));
}
