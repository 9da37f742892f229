// Borders on bare paper, made soft. Port of `softened` of sgru_tf/surfaces.py.

import type { Size } from './neighbours';
import { type Borders, bordersOf } from './potts';
import { rint } from './rounding';

const [BLUR, MOST_BLUR] = [20, 40];

/**
 * Softens borders on bare paper: each step mixes neighbours, as far as no line lies there.
 *
 * @param given (height, width, each), shares; written over.
 * @param openness (height, width), 1 on bare paper, 0 on a line.
 * @param each How many belong to a pixel.
 */
export function softened(
  given: Float32Array,
  openness: Float32Array,
  scale: number,
  size: Size,
  each: number,
): Float32Array {
  const steps = Math.min(rint(BLUR * scale), MOST_BLUR);
  const borders = bordersOf(openness, size, 1, 0);
  let [shares, mixed]: Float32Array[] = [given, given.slice()];
  for (let step = 0; step < steps; step++) {
    mix(shares, mixed, borders, size[0], each);
    [shares, mixed] = [mixed, shares];
  }
  return shares;
}

function mix(shares: Float32Array, mixed: Float32Array, { right, below }: Borders, width: number, each: number): void {
  const row = width * each;
  for (let i = 0, k = 0; i < right.length; i++) {
    const toRight = right[i];
    const toBelow = below[i];
    const toLeft = i ? right[i - 1] : 0;
    const toAbove = i < width ? 0 : below[i - width];
    const mass = 1 + toRight + toBelow + toLeft + toAbove;
    // Where there is no border, a pixel stands for what is beyond, of which nothing is taken.
    const r = toRight ? each : 0;
    const b = toBelow ? row : 0;
    const l = toLeft ? each : 0;
    const a = toAbove ? row : 0;
    for (const next = k + each; k < next; k++) {
      const across = toRight * shares[k + r] + toLeft * shares[k - l];
      const down = toBelow * shares[k + b] + toAbove * shares[k - a];
      mixed[k] = (shares[k] + across + down) / mass;
    }
  }
}
