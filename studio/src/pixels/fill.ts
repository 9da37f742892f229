// The colour under the ink: a mask-normalised blur at several scales. Port of sgru_tf/linelayer.py.

import { upTo } from './rounding';

const INK_POWER = 24;
const LEVELS = 5;
const FAINT = 0.001;

interface Plane {
  width: number;
  height: number;
  data: Float32Array;
}

/**
 * How far the colour at each pixel can be trusted to hold no ink.
 *
 * @param sketch (height, width), 0 = ink, 255 = paper.
 * @returns 1 = bare paper all round, 0 = solid ink.
 */
export function inkFreeWeights(sketch: Uint8Array, width: number, height: number): Float32Array {
  const darkest = new Float32Array(width * height);
  let most = 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let least = 255;
      for (let r = Math.max(0, y - 1); r <= Math.min(height - 1, y + 1); r++) {
        for (let c = Math.max(0, x - 1); c <= Math.min(width - 1, x + 1); c++) {
          least = Math.min(least, sketch[r * width + c]);
        }
      }
      darkest[y * width + x] = least;
      most = Math.max(most, least);
    }
  }
  return darkest.map((value) => (value / most) ** INK_POWER);
}

/** Fills any number of planes by the same weights; the sums of the weights are made once. */
export class Filler {
  /** (height, width), 0-1. */
  readonly weights: Float32Array;
  private readonly weight: Plane;
  private readonly masses: Plane[];

  /** @param weights (height, width), 0-1: a value of weight 1 is kept exactly. */
  constructor(
    weights: Float32Array,
    private readonly width: number,
    private readonly height: number,
  ) {
    this.weights = weights;
    this.weight = this.padded(weights);
    this.masses = pyramid(blur3(this.weight));
  }

  /** Keeps what has weight, fills the rest from around it; the result lies within the range of the values. */
  fill(values: Float32Array): Float32Array {
    const value = this.padded(values);
    const sums = pyramid(blur3({ ...value, data: value.data.map((v, i) => v * this.weight.data[i]) }));
    const total = sum(this.masses[LEVELS].data);
    const mean = total > 0 ? sum(sums[LEVELS].data) / total : sum(values) / values.length;
    const { width, height } = sums[LEVELS];
    let result: Plane = { width, height, data: new Float32Array(width * height).fill(mean) };
    for (let k = LEVELS; k >= 0; k--) {
      if (k < LEVELS) result = double(result);
      const [here, mass, into] = [sums[k].data, this.masses[k].data, result.data];
      for (let i = 0; i < into.length; i++) {
        const own = mass[i] / (mass[i] + FAINT);
        into[i] += own * (here[i] / Math.max(mass[i], 1e-12) - into[i]);
      }
    }
    const filled = new Float32Array(this.width * this.height);
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        const from = y * result.width + x;
        const trust = this.weight.data[from];
        filled[y * this.width + x] = trust * value.data[from] + (1 - trust) * result.data[from];
      }
    }
    return filled;
  }

  private padded(values: Float32Array): Plane {
    const [width, height] = [upTo(this.width, 2 ** LEVELS), upTo(this.height, 2 ** LEVELS)];
    const data = new Float32Array(width * height);
    for (let y = 0; y < this.height; y++) {
      data.set(values.subarray(y * this.width, (y + 1) * this.width), y * width);
    }
    return { width, height, data };
  }
}

function pyramid(bottom: Plane): Plane[] {
  const planes = [bottom];
  for (let k = 0; k < LEVELS; k++) planes.push(halve(planes[k]));
  return planes;
}

/** 1 2 1 / 4 both ways; nothing lies outside. */
function blur3({ width, height, data }: Plane): Plane {
  const down = new Float32Array(data.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const above = y ? data[i - width] : 0;
      const below = y < height - 1 ? data[i + width] : 0;
      down[i] = (above + 2 * data[i] + below) / 4;
    }
  }
  const both = new Float32Array(data.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const left = x ? down[i - 1] : 0;
      const right = x < width - 1 ? down[i + 1] : 0;
      both[i] = (left + 2 * down[i] + right) / 4;
    }
  }
  return { width, height, data: both };
}

function halve(plane: Plane): Plane {
  const [width, height] = [plane.width / 2, plane.height / 2];
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = 2 * y * plane.width + 2 * x;
      const { data: from, width: row } = plane;
      data[y * width + x] = (from[i] + from[i + 1] + from[i + row] + from[i + row + 1]) / 4;
    }
  }
  return { width, height, data };
}

/** Bilinear to twice the size, with half-pixel centres. */
function double({ width, height, data }: Plane): Plane {
  const tall = new Float32Array(data.length * 2);
  for (let y = 0; y < height; y++) {
    const [above, below] = [Math.max(0, y - 1), Math.min(height - 1, y + 1)];
    for (let x = 0; x < width; x++) {
      const middle = 3 * data[y * width + x];
      tall[2 * y * width + x] = (data[above * width + x] + middle) / 4;
      tall[(2 * y + 1) * width + x] = (middle + data[below * width + x]) / 4;
    }
  }
  const both = new Float32Array(data.length * 4);
  for (let y = 0; y < 2 * height; y++) {
    for (let x = 0; x < width; x++) {
      const middle = 3 * tall[y * width + x];
      const left = tall[y * width + Math.max(0, x - 1)];
      const right = tall[y * width + Math.min(width - 1, x + 1)];
      both[2 * (y * width + x)] = (left + middle) / 4;
      both[2 * (y * width + x) + 1] = (middle + right) / 4;
    }
  }
  return { width: 2 * width, height: 2 * height, data: both };
}

function sum(values: Float32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
