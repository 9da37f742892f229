// The most natural proposal first, near-duplicates last. Port of sgru_tf/ordering.py, where it is
// explained, with `lab` of sgru_tf/metrics.py and `paper` of sgru_tf/palette.py.

import { resizeBytes } from './resample';
import { rint } from './rounding';

const ALIKE = 5;
const SIDE = 128;
const MEANS = [59.9, 7.6, 7.4, 21.4, 11.6, 15.5];
const DEVIATIONS = [12.1, 7.1, 11.3, 4.6, 5.2, 7.6];
const CORRELATIONS = [
  [1.0, -0.08, 0.28, -0.32, 0.16, 0.19],
  [-0.08, 1.0, 0.21, 0.05, 0.45, 0.24],
  [0.28, 0.21, 1.0, -0.12, 0.05, 0.02],
  [-0.32, 0.05, -0.12, 1.0, 0.11, 0.18],
  [0.16, 0.45, 0.05, 0.11, 1.0, 0.41],
  [0.19, 0.24, 0.02, 0.18, 0.41, 1.0],
];
const [CHROMA, CHROMA_DEVIATION, CHROMA_WEIGHT] = [21.4, 9, 2];
const PAPER = 1.5;

// sRGB to CIE XYZ under D50; rows are divided by their sums, so that white is exactly (1, 1, 1).
const TO_XYZ = [
  [0.4360747, 0.3850649, 0.1430804],
  [0.2225045, 0.7168786, 0.0606169],
  [0.0139322, 0.0971045, 0.7141733],
].map((row) => row.map((value) => value / (row[0] + row[1] + row[2])));

const LINEAR = Float64Array.from({ length: 256 }, (_, i) =>
  i / 255 <= 0.04045 ? i / 255 / 12.92 : ((i / 255 + 0.055) / 1.055) ** 2.4,
);

/**
 * Sorts proposals.
 *
 * @param pictures RGB (height, width, 3) each, with their lines.
 * @returns Indices into `pictures`, the most natural first.
 */
export function naturalOrder(pictures: Uint8Array[], width: number, height: number): number[] {
  const scale = Math.min(1, SIDE / Math.max(width, height));
  const size: [number, number] = [Math.max(1, rint(width * scale)), Math.max(1, rint(height * scale))];
  const colours = pictures.map((one) => lab(resizeBytes(one, [width, height], size, 3, 'box')));
  const badness = unnaturalness(colours);
  const sorted = badness.map((_, i) => i).sort((a, b) => badness[a] - badness[b] || a - b);
  const kept: number[] = [];
  const alike: number[] = [];
  for (const index of sorted) {
    const twin = kept.some((other) => distance(colours[index], colours[other]) < ALIKE);
    (twin ? alike : kept).push(index);
  }
  return [...kept, ...alike];
}

/** sRGB bytes to CIE 1976 L*a*b* under D50, interleaved as they were. */
export function lab(rgb: Uint8Array): Float32Array {
  const result = new Float32Array(rgb.length);
  for (let i = 0; i < rgb.length; i += 3) {
    const [r, g, b] = [LINEAR[rgb[i]], LINEAR[rgb[i + 1]], LINEAR[rgb[i + 2]]];
    const [x, y, z] = TO_XYZ.map((row) => {
      const value = row[0] * r + row[1] * g + row[2] * b;
      return value > (6 / 29) ** 3 ? Math.cbrt(value) : (value * (29 / 6) ** 2) / 3 + 4 / 29;
    });
    result[i] = 116 * y - 16;
    result[i + 1] = 500 * (x - y);
    result[i + 2] = 200 * (y - z);
  }
  return result;
}

function unnaturalness(colours: Float32Array[]): number[] {
  const papers = colours.map(paper);
  const precision = inverse(CORRELATIONS);
  const majority = papers[0].map((_, i) => (papers.reduce((sum, one) => sum + one[i], 0) / papers.length > 0.5 ? 1 : 0));
  return colours.map((one, n) => {
    const { statistics, chroma } = look(one, papers[n]);
    const away = statistics.map((value, k) => (value - MEANS[k]) / DEVIATIONS[k]);
    let square = CHROMA_WEIGHT * ((chroma - CHROMA) / CHROMA_DEVIATION) ** 2;
    for (let i = 0; i < 6; i++) for (let j = 0; j < 6; j++) square += away[i] * precision[i][j] * away[j];
    let apart = 0;
    papers[n].forEach((value, i) => (apart += Math.abs(value - majority[i])));
    return Math.sqrt(square / (6 + CHROMA_WEIGHT)) + (PAPER * apart) / majority.length;
  });
}

/** How much each colour is that of white paper: very light, and without much chroma. */
function paper(colours: Float32Array): Float32Array {
  const result = new Float32Array(colours.length / 3);
  for (let i = 0; i < result.length; i++) {
    const chroma = Math.hypot(colours[3 * i + 1], colours[3 * i + 2]);
    result[i] = ramp(colours[3 * i], 88, 97) * (1 - ramp(chroma, 6, 14));
  }
  return result;
}

function ramp(value: number, low: number, high: number): number {
  const part = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return part * part * (3 - 2 * part);
}

/** Means of L*, a*, b* and their standard deviations, and the mean chroma, over what is painted. */
function look(colours: Float32Array, papers: Float32Array): { statistics: number[]; chroma: number } {
  const weight = (i: number) => 1 - papers[i] + 1e-6;
  const [mean, square] = [[0, 0, 0], [0, 0, 0]];
  let [total, chroma] = [0, 0];
  for (let i = 0; i < papers.length; i++) {
    total += weight(i);
    chroma += weight(i) * Math.hypot(colours[3 * i + 1], colours[3 * i + 2]);
    for (let c = 0; c < 3; c++) mean[c] += weight(i) * colours[3 * i + c];
  }
  for (let c = 0; c < 3; c++) mean[c] /= total;
  for (let i = 0; i < papers.length; i++) {
    for (let c = 0; c < 3; c++) square[c] += weight(i) * (colours[3 * i + c] - mean[c]) ** 2;
  }
  return { statistics: [...mean, ...square.map((value) => Math.sqrt(value / total))], chroma: chroma / total };
}

function distance(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < one.length; i += 3) {
    sum += Math.sqrt((one[i] - other[i]) ** 2 + (one[i + 1] - other[i + 1]) ** 2 + (one[i + 2] - other[i + 2]) ** 2);
  }
  return sum / (one.length / 3);
}

/** Gauss and Jordan; good enough for a small matrix that is positive definite. */
export function inverse(matrix: number[][]): number[][] {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let i = 0; i < size; i++) {
    const pivot = rows[i][i];
    rows[i] = rows[i].map((value) => value / pivot);
    for (let j = 0; j < size; j++) {
      if (j === i) continue;
      const factor = rows[j][i];
      rows[j] = rows[j].map((value, k) => value - factor * rows[i][k]);
    }
  }
  return rows.map((row) => row.slice(size));
}
