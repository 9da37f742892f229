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
 * Lets numbers spread through a room, a pixel a step, each to where it comes first; of two that come at
 * once the larger stays. 0 where there is none yet.
 */
export function spread(numbers: Float32Array, room: (i: number) => boolean, [width, height]: Size, steps = Infinity): Float32Array {
  const result = numbers.slice();
  const beside = (i: number, visit: (j: number) => void) => {
    const [y, x] = [(i / width) | 0, i % width];
    for (let b = Math.max(y - 1, 0); b <= Math.min(y + 1, height - 1); b++) {
      for (let a = Math.max(x - 1, 0); a <= Math.min(x + 1, width - 1); a++) visit(b * width + a);
    }
  };
  let edge: number[] = [];
  for (let i = 0; i < result.length; i++) if (result[i]) edge.push(i);
  for (let step = 0; step < steps && edge.length; step++) {
    const next = new Map<number, number>();
    for (const i of edge) {
      beside(i, (j) => {
        if (!result[j] && room(j)) next.set(j, Math.max(next.get(j) ?? 0, result[i]));
      });
    }
    for (const [j, number] of next) result[j] = number;
    edge = [...next.keys()];
  }
  return result;
}

/** Makes one of three neighbours, first down, then across; at the edge a pixel is its own neighbour. */
function ofNeighbours(
  values: Float32Array,
  [width, height]: Size,
  by: (before: number, middle: number, after: number) => number,
): Float32Array {
  const last = width * (height - 1);
  const down = values.map((value, i) => by(values[i < width ? i : i - width], value, values[i < last ? i + width : i]));
  return down.map((value, i) => by(down[i % width ? i - 1 : i], value, down[(i + 1) % width ? i + 1 : i]));
}
