// A second look: the network sees the sketch once more, larger, and the mean of both is taken. Port of
// sgru_tf/looks.py, where it is explained.

import { flatsOf } from './colouring';
import type { Size } from './neighbours';
import { resizeBytes } from './resample';
import { rint } from './rounding';

const LARGER = 1.4;

/** The working size of the second look. */
export function largerSize(size: number): number {
  return rint(size * LARGER);
}

/**
 * Brings the layers of the second look, of size `from`, to the size of the first, and takes the mean.
 *
 * @param part How far to go from the first to the mean, 0-1.
 */
export function meanOfLooks(
  layers: Float32Array[],
  larger: Float32Array[],
  from: Size,
  size: Size,
  part: number,
): Float32Array[] {
  return flatsOf(larger).map((flat, n) => {
    const small = resizeBytes(flat, from, size, 3, 'bilinear');
    return layers[n].map((value, at) => value + (part / 2) * (small[at] - value));
  });
}
