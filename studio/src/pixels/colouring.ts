// The colourings of one sketch: kept small, painted at full size when asked for. Port of
// sgru_tf/colouring.py and of steps 3 to 7 of sgru_tf/colorizer.py.

import { Filler, inkFreeWeights } from './fill';
import { naturalOrder } from './order';
import { resizeBytes } from './resample';
import { rint, times, upTo, workingShape } from './rounding';
import type { Sketch } from './sketch';

/** Rows painted at a time. */
export const BAND = 256;

/** The sketch as the network is shown it: (height, width), and its size padded to multiples of 32. */
export interface Working {
  width: number;
  height: number;
  grey: Uint8Array;
  padded: [number, number];
}

/** Brings the long side of a sketch to the working size. */
export function workingSketch(sketch: Sketch, longSide: number): Working {
  const size = workingShape(sketch.width, sketch.height, longSide);
  const grey = resizeBytes(sketch.line, [sketch.width, sketch.height], size, 1, 'bilinear');
  return { width: size[0], height: size[1], grey, padded: [upTo(size[0], 32), upTo(size[1], 32)] };
}

/** What fills the colour under the ink of a sketch. */
export function fillerOf({ width, height, grey }: Working): Filler {
  return new Filler(inkFreeWeights(grey, width, height), width, height);
}

/**
 * Takes the ink out of the network's pictures.
 *
 * @param answer (N, height, width, 3) of the network, RGB 0-255.
 * @param shape Width and height of `answer`; the working sketch lies at its top left.
 * @returns The colour layers, RGB (working.height, working.width, 3) each, 0-255, not rounded yet.
 */
export function layersOf(
  answer: Uint8Array,
  [width, height]: [number, number],
  working: Working,
  filler: Filler,
): Float32Array[] {
  const count = answer.length / (width * height * 3);
  return Array.from({ length: count }, (_, n) => {
    const layer = new Float32Array(working.width * working.height * 3);
    const plane = new Float32Array(working.width * working.height);
    for (let c = 0; c < 3; c++) {
      for (let y = 0, i = 0; y < working.height; y++) {
        for (let x = 0; x < working.width; x++, i++) plane[i] = answer[((n * height + y) * width + x) * 3 + c];
      }
      filler.fill(plane).forEach((value, i) => (layer[3 * i + c] = value));
    }
    return layer;
  });
}

/** The colour layers as they are kept: whole numbers. */
export function flatsOf(layers: Float32Array[]): Uint8Array[] {
  return layers.map((layer) => Uint8Array.from(layer, rint));
}

/** The order of proposals, the most natural first, as indices into `flats`. */
export function orderOf(flats: Uint8Array[], working: Working): number[] {
  const seen = flats.map((flat) => multiplied(flat, working.grey));
  return naturalOrder(seen, working.width, working.height);
}

/** Colours times lines over 255, rounded. */
export function multiplied(colours: Uint8Array, line: Uint8Array): Uint8Array {
  return colours.map((value, i) => times(value, line[(i / 3) | 0]));
}

/** What to paint of a proposal, and what becomes of the sketch's transparency. */
export interface Wish {
  layer: 'picture' | 'colour';
  alpha: 'keep' | 'drop';
}

/** Paints rows of a proposal at the size of the sketch. */
export class Painter {
  constructor(
    readonly sketch: Sketch,
    private readonly flat: Uint8Array,
    private readonly working: Working,
  ) {}

  /** RGB of the colour layer from row `top` up to `bottom`. */
  colours(top: number, bottom: number): Uint8Array {
    const { width, height } = this.sketch;
    const step = this.working.height / height;
    const box: [number, number] = [top * step, bottom < height ? bottom * step : this.working.height];
    const from: [number, number] = [this.working.width, this.working.height];
    return resizeBytes(this.flat, from, [width, bottom - top], 3, 'bilinear', box);
  }

  /** Whether `rows` gives four channels. */
  hasAlpha(wish: Wish): boolean {
    return wish.alpha === 'keep' && this.sketch.alpha !== null;
  }

  /** RGB, or RGBA where the transparency is given back, from row `top` up to `bottom`. */
  rows(top: number, bottom: number, wish: Wish): Uint8Array {
    const { width, line, alpha } = this.sketch;
    const colours = this.colours(top, bottom);
    const [from, to] = [top * width, bottom * width];
    const painted = wish.layer === 'picture' ? multiplied(colours, line.subarray(from, to)) : colours;
    if (!this.hasAlpha(wish) || !alpha) return painted;
    return withAlpha(painted, alpha.subarray(from, to));
  }
}

/** A picture of another size: lines and colours are brought there, then multiplied. RGB. */
export function small(sketch: Sketch, flat: Uint8Array | null, working: Working, size: [number, number]): Uint8Array {
  const line = resizeBytes(sketch.line, [sketch.width, sketch.height], size, 1, 'bilinear');
  if (!flat) return Uint8Array.from({ length: 3 * line.length }, (_, i) => line[(i / 3) | 0]);
  return multiplied(resizeBytes(flat, [working.width, working.height], size, 3, 'bilinear'), line);
}

/** RGBA of RGB and alpha. */
export function withAlpha(rgb: Uint8Array, alpha: Uint8Array): Uint8Array {
  const rgba = new Uint8Array(alpha.length * 4);
  for (let i = 0; i < alpha.length; i++) {
    rgba[4 * i] = rgb[3 * i];
    rgba[4 * i + 1] = rgb[3 * i + 1];
    rgba[4 * i + 2] = rgb[3 * i + 2];
    rgba[4 * i + 3] = alpha[i];
  }
  return rgba;
}
