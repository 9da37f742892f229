// Resizing with Pillow's filters and Pillow's arithmetic. A canvas would use other filters, and other
// ones in every browser. Source: Pillow, src/libImaging/Resample.c.

/** `box` is the mean of what a pixel covers; `bilinear` a triangle, as wide as the step if that is larger than 1. */
export type Filter = 'box' | 'bilinear';

interface Taps {
  first: Int32Array;
  count: Int32Array;
  weights: Float64Array;
  stride: number;
}

const BITS = 22;

/**
 * Resizes rows of interleaved bytes.
 *
 * @param source (height, width, channels), 0-255.
 * @param from Top and bottom of the part to read, in source pixels; fractions count. All if left out.
 * @returns (outHeight, outWidth, channels); equal to Pillow's to the level.
 */
export function resizeBytes(
  source: Uint8Array,
  [width, height]: [number, number],
  [outWidth, outHeight]: [number, number],
  channels: number,
  filter: Filter,
  from: [number, number] = [0, height],
): Uint8Array {
  const whole = from[0] === 0 && from[1] === height;
  const vertical = outHeight !== height || !whole;
  // Pillow 13 begins with the direction that is cheaper, by this rule; the other order differs by 1 at most.
  if (outWidth !== width && height > outHeight && height - outHeight > 2 * (width - outWidth)) {
    const low = columns(source, width * channels, outHeight, filter, from, height);
    return rows(low, [width, outHeight], outWidth, channels, filter, [0, outHeight]);
  }
  const touched: [number, number] = [Math.max(0, Math.floor(from[0]) - reach(from, outHeight)), 0];
  touched[1] = Math.min(height, Math.ceil(from[1]) + reach(from, outHeight));
  const wide = outWidth === width ? source : rows(source, [width, height], outWidth, channels, filter, touched);
  return vertical ? columns(wide, outWidth * channels, outHeight, filter, from, height) : wide.slice();
}

/** Resizes one plane of float32, as Pillow does in its mode F; arguments as for `resizeBytes`. */
export function resizeFloats(
  source: Float32Array,
  [width, height]: [number, number],
  [outWidth, outHeight]: [number, number],
  from: [number, number] = [0, height],
): Float32Array {
  const x = tapsFor(width, 0, width, outWidth, 'bilinear');
  const y = tapsFor(height, from[0], from[1], outHeight, 'bilinear');
  const wide = new Float32Array(outWidth * height);
  for (let row = 0; row < height; row++) {
    for (let i = 0; i < outWidth; i++) {
      let sum = 0;
      for (let k = 0; k < x.count[i]; k++) {
        sum += source[row * width + x.first[i] + k] * x.weights[i * x.stride + k];
      }
      wide[row * outWidth + i] = sum;
    }
  }
  const result = new Float32Array(outWidth * outHeight);
  for (let j = 0; j < outHeight; j++) {
    for (let i = 0; i < outWidth; i++) {
      let sum = 0;
      for (let k = 0; k < y.count[j]; k++) {
        sum += wide[(y.first[j] + k) * outWidth + i] * y.weights[j * y.stride + k];
      }
      result[j * outWidth + i] = sum;
    }
  }
  return result;
}

function tapsFor(size: number, start: number, end: number, out: number, filter: Filter): Taps {
  // Pillow keeps the box in single precision.
  const [begin, finish] = [Math.fround(start), Math.fround(end)];
  const scale = Math.fround(finish - begin) / out;
  const stretch = Math.max(scale, 1);
  const support = (filter === 'box' ? 0.5 : 1) * stretch;
  const stride = Math.ceil(support) * 2 + 1;
  const taps = {
    first: new Int32Array(out),
    count: new Int32Array(out),
    weights: new Float64Array(out * stride),
    stride,
  };
  for (let i = 0; i < out; i++) {
    const centre = begin + (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(size, Math.trunc(centre + support + 0.5)) - first;
    let total = 0;
    for (let k = 0; k < count; k++) {
      const at = (k + first - centre + 0.5) / stretch;
      const inside = filter === 'box' ? (at > -0.5 && at <= 0.5 ? 1 : 0) : Math.max(0, 1 - Math.abs(at));
      taps.weights[i * stride + k] = inside;
      total += inside;
    }
    for (let k = 0; total && k < count; k++) taps.weights[i * stride + k] /= total;
    taps.first[i] = first;
    taps.count[i] = count;
  }
  return taps;
}

function fixed(taps: Taps): Taps & { whole: Int32Array } {
  // No weight of these two filters is below 0.
  return { ...taps, whole: Int32Array.from(taps.weights, (w) => Math.trunc(0.5 + w * (1 << BITS))) };
}

/** How many rows beyond a part may count in its rows, at most. */
function reach([start, end]: [number, number], out: number): number {
  return Math.ceil(Math.max(1, (end - start) / out)) + 1;
}

function rows(
  source: Uint8Array,
  [width, height]: [number, number],
  out: number,
  channels: number,
  filter: Filter,
  [top, bottom]: [number, number],
): Uint8Array {
  const { first, count, whole, stride } = fixed(tapsFor(width, 0, width, out, filter));
  const target = new Uint8Array(out * height * channels);
  for (let y = top; y < bottom; y++) {
    let to = y * out * channels;
    for (let i = 0; i < out; i++) {
      for (let c = 0; c < channels; c++) {
        let sum = 1 << (BITS - 1);
        let at = (y * width + first[i]) * channels + c;
        for (let k = 0, w = i * stride; k < count[i]; k++, w++, at += channels) sum += source[at] * whole[w];
        sum >>= BITS;
        target[to++] = sum > 255 ? 255 : sum;
      }
    }
  }
  return target;
}

function columns(
  source: Uint8Array,
  rowLength: number,
  out: number,
  filter: Filter,
  [start, end]: [number, number],
  height: number,
): Uint8Array {
  const { first, count, whole, stride } = fixed(tapsFor(height, start, end, out, filter));
  const target = new Uint8Array(rowLength * out);
  const sums = new Int32Array(rowLength);
  for (let j = 0; j < out; j++) {
    sums.fill(1 << (BITS - 1));
    for (let k = 0; k < count[j]; k++) {
      const weight = whole[j * stride + k];
      const row = (first[j] + k) * rowLength;
      for (let i = 0; i < rowLength; i++) sums[i] += source[row + i] * weight;
    }
    for (let i = 0; i < rowLength; i++) {
      const value = sums[i] >> BITS;
      target[j * rowLength + i] = value > 255 ? 255 : value;
    }
  }
  return target;
}
