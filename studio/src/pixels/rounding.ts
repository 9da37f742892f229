// Rounding as Python and numpy do it, so that sizes and grey levels come out the same.

/** Rounds to the nearest whole number, halves to the even one (`round`, `numpy.rint`). */
export function rint(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest !== 0.5) return rest < 0.5 ? low : low + 1;
  return low % 2 === 0 ? low : low + 1;
}

/** Width and height with the long side brought to `longSide`, the other in proportion, at least 1. */
export function workingShape(width: number, height: number, longSide: number): [number, number] {
  const scale = longSide / Math.max(width, height);
  return [Math.max(1, rint(width * scale)), Math.max(1, rint(height * scale))];
}

/** The next multiple of `step` that is not below `value`. */
export function upTo(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

/** c * l / 255 of two bytes, rounded, without a division. */
export function times(c: number, l: number): number {
  const product = c * l + 128;
  return ((product >> 8) + product) >> 8;
}
