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
  let [rows, data] = [height, source];
  if (outWidth !== width) {
    const taps = fixed(tapsFor(width, 0, width, outWidth, filter));
    const wide = new Uint8Array(outWidth * height * channels);
    const [top, bottom] = whole ? [0, height] : touched(from, height, filter);
    for (let y = top; y < bottom; y++) {
      across(data, y * width * channels, wide, y * outWidth * channels, channels, taps, outWidth);
    }
    data = wide;
  }
  if (outHeight !== height || !whole) {
    const taps = fixed(tapsFor(height, from[0], from[1], outHeight, filter));
    const result = new Uint8Array(outWidth * outHeight * channels);
    down(data, result, outWidth * channels, taps, outHeight);
    [rows, data] = [outHeight, result];
  }
  return data === source ? source.slice(0, outWidth * rows * channels) : data;
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

function touched([start, end]: [number, number], height: number, filter: Filter): [number, number] {
  const taps = tapsFor(height, start, end, 1, filter);
  const reach = filter === 'box' ? 1 : 2;
  const top = Math.max(0, Math.floor(start) - reach);
  return [top, Math.min(height, Math.max(Math.ceil(end) + reach, taps.first[0] + taps.count[0]))];
}

function across(
  source: Uint8Array,
  from: number,
  target: Uint8Array,
  to: number,
  channels: number,
  taps: Taps & { whole: Int32Array },
  out: number,
): void {
  const { first, count, whole, stride } = taps;
  for (let i = 0; i < out; i++) {
    for (let c = 0; c < channels; c++) {
      let sum = 1 << (BITS - 1);
      let at = from + first[i] * channels + c;
      for (let k = 0, w = i * stride; k < count[i]; k++, w++, at += channels) sum += source[at] * whole[w];
      sum >>= BITS;
      target[to + i * channels + c] = sum > 255 ? 255 : sum;
    }
  }
}

function down(
  source: Uint8Array,
  target: Uint8Array,
  rowLength: number,
  taps: Taps & { whole: Int32Array },
  out: number,
): void {
  const { first, count, whole, stride } = taps;
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
}
