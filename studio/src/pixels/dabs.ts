// Dabs of colour that the artist wants at places, and how the network is told of them. Port of
// sgru_tf/hints.py, with the discs that Pillow draws (src/libImaging/Draw.c).

import { rint } from './rounding';

/** One dab of colour: its middle in pixels of the sketch, and `#rrggbb`. */
export interface Dab {
  x: number;
  y: number;
  colour: string;
}

const DAB = 0.012;

/** Radius in pixels of the sketch. */
export function dabRadius(width: number, height: number): number {
  return Math.max(1, rint(DAB * Math.max(width, height)));
}

/** Red, green and blue of `#rrggbb`, 0-255. */
export function rgbOf(colour: string): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/**
 * Brings dabs to the size at which the network works.
 *
 * Every pixel takes the mean colour of the paint in its cell, and counts as painted if that paint
 * adds up to one pixel of the sketch.
 *
 * @param size Of the sketch.
 * @param out Width and height of the result.
 * @returns (height, width, 4): RGB 0-255 and the mask, 0 or 1.
 */
export function workingHints(dabs: readonly Dab[], size: [number, number], out: [number, number]): Float32Array {
  const result = new Float32Array(out[0] * out[1] * 4);
  if (!dabs.length) return result;
  const [columns, rows] = [cells(size[0], out[0]), cells(size[1], out[1])];
  const sums = new Float64Array(out[0] * 4);
  for (let y = 0; y < out[1]; y++) {
    sums.fill(0);
    for (let row = rows[y][0]; row < rows[y][1]; row++) {
      const paint = rowOfPaint(dabs, size, row);
      if (!paint) continue;
      for (let x = 0; x < out[0]; x++) {
        for (let column = columns[x][0]; column < columns[x][1]; column++) {
          if (!paint[column]) continue;
          const rgb = rgbOf(dabs[paint[column] - 1].colour);
          for (let c = 0; c < 3; c++) sums[4 * x + c] += rgb[c];
          sums[4 * x + 3] += 1;
        }
      }
    }
    for (let x = 0; x < out[0]; x++) {
      const count = sums[4 * x + 3];
      if (!count) continue;
      const at = 4 * (y * out[0] + x);
      for (let c = 0; c < 3; c++) result[at + c] = sums[4 * x + c] / count;
      result[at + 3] = 1;
    }
  }
  return result;
}

/**
 * Paints one row of the hint picture.
 *
 * @returns For each pixel the number of the dab that is on top there, from 1, or 0; null for an empty row.
 */
export function rowOfPaint(dabs: readonly Dab[], size: [number, number], row: number): Uint16Array | null {
  const radius = dabRadius(...size);
  const widths = halfWidths(radius);
  let paint: Uint16Array | null = null;
  dabs.forEach((dab, index) => {
    const half = widths[Math.abs(row - dab.y)];
    if (half === undefined) return;
    paint ??= new Uint16Array(size[0]);
    paint.fill(index + 1, Math.max(0, dab.x - half), Math.max(0, dab.x + half + 1));
  });
  return paint;
}

const known = new Map<number, number[]>();

/** Half the width of a disc at each distance from its middle row. */
function halfWidths(radius: number): number[] {
  const found = known.get(radius);
  if (found) return found;
  // Bresenham's way along a quarter, in steps of half a pixel.
  const end = 2 * radius;
  const off = (x: number, y: number) => Math.abs(x * x + y * y - end * end);
  const widths = [radius];
  for (let [x, y] = [end, 0]; x !== 0 || y !== end; ) {
    let [nextX, nextY] = [x, y + 2];
    if (x > 1) {
      if (off(nextX, nextY) > off(x - 2, y + 2)) nextX = x - 2;
      if (off(nextX, nextY) > off(x - 2, y)) [nextX, nextY] = [x - 2, y];
    }
    [x, y] = [nextX, nextY];
    widths[y / 2] ??= x / 2;
  }
  known.set(radius, widths);
  return widths;
}

/** Which pixels lie in each cell; a cell of less than a pixel shows the one that its middle lies in. */
function cells(given: number, wanted: number): [number, number][] {
  return Array.from({ length: wanted }, (_, i) => {
    if (given < wanted) {
      const at = Math.trunc(((i + 0.5) * given) / wanted);
      return [at, at + 1];
    }
    return [Math.ceil((i * given) / wanted), i + 1 < wanted ? Math.ceil(((i + 1) * given) / wanted) : given];
  });
}
