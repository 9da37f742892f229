// What the 3 x 3 neighbours of a pixel say. Port of sgru_tf/neighbours.py; maps are (height, width).

export type Size = [width: number, height: number];

/** Takes the largest of the neighbours, several times over. */
export function grown(mask: Float32Array, size: Size, steps = 1): Float32Array {
  for (let k = 0; k < steps; k++) mask = ofNeighbours(mask, size, Math.max);
  return mask;
}

/** Takes the smallest of the neighbours, several times over. */
export function shrunk(mask: Float32Array, size: Size, steps = 1): Float32Array {
  for (let k = 0; k < steps; k++) mask = ofNeighbours(mask, size, Math.min);
  return mask;
}

/** Blurs by 1 2 1 / 4 both ways. */
export function smoothed(values: Float32Array, size: Size): Float32Array {
  return ofNeighbours(values, size, (before, middle, after) => (before + 2 * middle + after) / 4);
}

/** Finds what of a room is connected to seeds in it, corners included: 0 or 1. */
export function reached(seeds: ArrayLike<unknown>, room: Float32Array, [width, height]: Size): Float32Array {
  const found = new Float32Array(room.length);
  const next: number[] = [];
  const reach = (i: number) => {
    if (!room[i] || found[i]) return;
    found[i] = 1;
    next.push(i);
  };
  for (let i = 0; i < room.length; i++) if (seeds[i]) reach(i);
  for (let i = next.pop(); i !== undefined; i = next.pop()) {
    const [y, x] = [(i / width) | 0, i % width];
    for (let b = Math.max(y - 1, 0); b <= Math.min(y + 1, height - 1); b++) {
      for (let a = Math.max(x - 1, 0); a <= Math.min(x + 1, width - 1); a++) reach(b * width + a);
    }
  }
  return found;
}

/**
 * Lets numbers spread through a room, each to where it comes first, a pixel a step: to the four
 * neighbours, then to all eight, in turns. Of two that come at once the larger stays; 0 where there is
 * none yet.
 */
export function spread(
  numbers: Float32Array,
  room: Float32Array,
  [width, height]: Size,
  steps = Infinity,
): Float32Array {
  const [result, coming] = [numbers.slice(), new Float32Array(numbers.length)];
  let edge: number[] = [];
  for (let i = 0; i < result.length; i++) if (result[i]) edge.push(i);
  for (let step = 0; step < steps && edge.length; step++) {
    const next: number[] = [];
    const corners = step % 2 === 1;
    for (const i of edge) {
      const y = (i / width) | 0;
      const x = i - y * width;
      for (let b = y ? y - 1 : 0; b <= y + 1 && b < height; b++) {
        for (let a = x ? x - 1 : 0; a <= x + 1 && a < width; a++) {
          const j = b * width + a;
          if (result[j] || !room[j] || (!corners && a !== x && b !== y)) continue;
          if (!coming[j]) next.push(j);
          if (coming[j] < result[i]) coming[j] = result[i];
        }
      }
    }
    for (const j of next) result[j] = coming[j];
    // What went to four neighbours has its corners before it.
    edge = corners ? next : edge.concat(next);
  }
  return result;
}

/** Makes one of three neighbours, first down, then across; at the edge a pixel is its own neighbour. */
function ofNeighbours(
  values: Float32Array,
  [width, height]: Size,
  by: (before: number, middle: number, after: number) => number,
): Float32Array {
  const [down, both] = [new Float32Array(values.length), new Float32Array(values.length)];
  const last = width * (height - 1);
  for (let i = 0; i < values.length; i++) {
    down[i] = by(values[i < width ? i : i - width], values[i], values[i < last ? i + width : i]);
  }
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      both[i] = by(down[x ? i - 1 : i], down[i], down[x < width - 1 ? i + 1 : i]);
    }
  }
  return both;
}
