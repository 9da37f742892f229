// Which of a few labels each place has, so that borders between them are short and run along lines.
// Port of sgru_tf/potts.py, where it is explained. What belongs to labels lies (height, width, 4): of
// these there are always four here, written out where time is spent: that takes a third less of it.

/** How many labels there are. */
export const LABELS = 4;

const ENTROPY = 0.02;
// Long side of a level, and the steps that it takes if it is at most so long.
const STEPS = [
  [24, 800],
  [48, 600],
  [96, 400],
  [192, 160],
  [384, 40],
];
const LAST_STEPS = 10;
const [RISE, FALL, LEAST_AROUND] = [0.6, 1.5, 0.05];
const SHARPER = 3;
const LOWEST = -14;
const POWERS = Float64Array.from({ length: 1 - 64 * LOWEST }, (_, n) => Math.exp(-n / 64));

interface Level {
  width: number;
  height: number;
  costs: Float32Array;
  openness: Float32Array;
}

/** Shares of the labels, and the forces of the borders to the right and below. */
interface State {
  shares: Float32Array;
  across: Float32Array;
  down: Float32Array;
}

/** Of each pixel, what belongs to the borders to the right and below; 0 at the edge. */
export interface Borders {
  right: Float32Array;
  below: Float32Array;
}

/**
 * Decides.
 *
 * @param costs (height, width, 4), of each label at each pixel, 0 and up.
 * @param openness (height, width), 1 on bare paper, 0 on a line.
 * @param border What a pixel of border on bare paper costs each of its two labels, as `costs`.
 * @param least What it costs everywhere.
 * @returns (height, width, 4), the share of each label in each pixel.
 */
export function potts(
  costs: Float32Array,
  openness: Float32Array,
  [width, height]: [number, number],
  border: number,
  least: number,
): Float32Array {
  const levels: Level[] = [{ width, height, costs, openness }];
  for (let last = levels[0]; Math.max(last.width, last.height) > STEPS[0][0]; levels.push(last)) last = coarser(last);
  let state: State | null = null;
  for (let number = levels.length - 1; number >= 0; number--) {
    const level = levels[number];
    // A coarse pixel stands for more data than border: the border weighs less beside it.
    const limits = bordersOf(level.openness, [level.width, level.height], border / 2 ** number, least / 2 ** number);
    state = state ? finer(state, levels[number + 1], level) : undecided(level);
    go(level, state, limits);
  }
  return state!.shares;
}

/** How much borders may cost at most: `border` times the openness on both of their sides, and `least`. */
export function bordersOf(
  openness: Float32Array,
  [width, height]: [number, number],
  border: number,
  least: number,
): Borders {
  const [right, below] = [new Float32Array(openness.length), new Float32Array(openness.length)];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (x < width - 1) right[i] = border * Math.min(openness[i], openness[i + 1]) + least;
      if (y < height - 1) below[i] = border * Math.min(openness[i], openness[i + width]) + least;
    }
  }
  return { right, below };
}

function undecided({ costs }: Level): State {
  const shares = new Float32Array(costs.length).fill(1 / LABELS);
  return { shares, across: new Float32Array(costs.length), down: new Float32Array(costs.length) };
}

/** Goes the steps of a level; what is made anew in each is written where the last one's was. */
function go(level: Level, state: State, limits: Borders): void {
  const side = Math.max(level.width, level.height);
  const count = STEPS.find(([most]) => side <= most)?.[1] ?? LAST_STEPS;
  const power = state.shares.map((share) => Math.log(Math.max(share, 1e-6)));
  const ahead = state.shares.slice();
  const over = (part: Float32Array) => part.map((limit) => 1 / Math.max(limit, 1e-6));
  const inverse = { right: over(limits.right), below: over(limits.below) };
  const rise = (part: Float32Array, by: number) => part.map((limit) => by * limit);
  const none = { right: rise(limits.right, 0), below: rise(limits.below, 0) };
  const rises = { right: rise(limits.right, RISE), below: rise(limits.below, RISE) };
  const falls = fallsOf(level, limits);
  // What came from the coarser level may be too much.
  for (let y = 0; y < level.height; y++) push(y, level, state, ahead, inverse, none);
  for (let step = 0; step < count; step++) {
    // Row by row, while it is at hand: no row but the next wants what `ahead` was, nor any what forces were.
    for (let y = 0; y < level.height; y++) {
      push(y, level, state, ahead, inverse, rises);
      decide(y, level, state, ahead, power, falls);
    }
  }
}

/** How far labels move: the further, the less the forces around a pixel may be. */
function fallsOf({ width }: Level, { right, below }: Borders): Float32Array {
  return right.map((limit, i) => {
    const around = limit + below[i] + (i ? right[i - 1] : 0) + (i < width ? 0 : below[i - width]);
    return FALL / Math.max(around, LEAST_AROUND);
  });
}

/** Raises the forces of a row where shares differ, and brings them back to what they may be: 1 over `over`. */
function push(y: number, level: Level, state: State, ahead: Float32Array, over: Borders, rises: Borders): void {
  const { width, height } = level;
  const { across, down } = state;
  const { right, below } = over;
  const under = y < height - 1 ? width * LABELS : 0; // at the edge, a pixel is its own neighbour
  for (let x = 0, i = y * width; x < width; x++, i++) {
    const beside = x < width - 1 ? LABELS : 0;
    const overRight = right[i];
    const overBelow = below[i];
    const riseRight = rises.right[i];
    const riseBelow = rises.below[i];
    for (let k = i * LABELS; k < (i + 1) * LABELS; k++) {
      const toRight = across[k] + riseRight * (ahead[k + beside] - ahead[k]);
      const toBelow = down[k] + riseBelow * (ahead[k + under] - ahead[k]);
      const r = toRight * overRight;
      const b = toBelow * overBelow;
      const size = r * r + b * b;
      const part = size > 1 ? 1 / Math.sqrt(size) : 1;
      across[k] = toRight * part;
      down[k] = toBelow * part;
    }
  }
}

/** Moves the shares of a row; `power` is their logarithm, `ahead` goes once more as far from the old ones. */
function decide(
  y: number,
  level: Level,
  state: State,
  ahead: Float32Array,
  power: Float32Array,
  falls: Float32Array,
): void {
  const { width, costs } = level;
  const { shares, across, down } = state;
  const row = width * LABELS;
  const above = y ? row : row - costs.length; // the last row and the last pixel have no forces, as what is outside
  const lowest = LOWEST;
  for (let k = y * row, i = y * width; k < (y + 1) * row; k += LABELS, i++) {
    const fall = falls[i];
    const kept = 1 / (1 + fall * ENTROPY);
    const u = k - above;
    const l = k ? k - LABELS : costs.length - LABELS;
    let p = (power[k] + fall * (across[k] + down[k] - across[l] - down[u] - costs[k])) * kept;
    let q = (power[k + 1] + fall * (across[k + 1] + down[k + 1] - across[l + 1] - down[u + 1] - costs[k + 1])) * kept;
    let r = (power[k + 2] + fall * (across[k + 2] + down[k + 2] - across[l + 2] - down[u + 2] - costs[k + 2])) * kept;
    let s = (power[k + 3] + fall * (across[k + 3] + down[k + 3] - across[l + 3] - down[u + 3] - costs[k + 3])) * kept;
    const [first, last] = [p > q ? p : q, r > s ? r : s];
    const most = first > last ? first : last;
    p = p - most > lowest ? p - most : lowest;
    q = q - most > lowest ? q - most : lowest;
    r = r - most > lowest ? r - most : lowest;
    s = s - most > lowest ? s - most : lowest;
    power[k] = p;
    power[k + 1] = q;
    power[k + 2] = r;
    power[k + 3] = s;
    p = exp(p);
    q = exp(q);
    r = exp(r);
    s = exp(s);
    const scale = 1 / (p + q + r + s);
    ahead[k] = 2 * p * scale - shares[k];
    ahead[k + 1] = 2 * q * scale - shares[k + 1];
    ahead[k + 2] = 2 * r * scale - shares[k + 2];
    ahead[k + 3] = 2 * s * scale - shares[k + 3];
    shares[k] = p * scale;
    shares[k + 1] = q * scale;
    shares[k + 2] = r * scale;
    shares[k + 3] = s * scale;
  }
}

/** Math.exp between `LOWEST` and 0, exact in single precision, in a third of the time. */
function exp(value: number): number {
  const n = (-64 * value) | 0;
  const rest = value + n / 64;
  return POWERS[n] * (1 + rest * (1 + rest * (1 / 2 + rest / 6)));
}

/** Half the size: the mean cost of 2 x 2 pixels, and the least openness. An odd edge counts twice. */
function coarser(level: Level): Level {
  const [width, height] = [Math.ceil(level.width / 2), Math.ceil(level.height / 2)];
  const costs = new Float32Array(width * height * LABELS);
  const openness = new Float32Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    const top = 2 * y * level.width;
    const bottom = top + (2 * y + 1 < level.height ? level.width : 0);
    for (let x = 0; x < width; x++, i++) {
      const beside = 2 * x + 1 < level.width ? 1 : 0;
      const [a, b] = [top + 2 * x, bottom + 2 * x];
      const [c, d] = [a + beside, b + beside];
      openness[i] = Math.min(level.openness[a], level.openness[b], level.openness[c], level.openness[d]);
      for (let m = 0; m < LABELS; m++) {
        const of = (pixel: number) => level.costs[pixel * LABELS + m];
        costs[i * LABELS + m] = (of(a) + of(b) + of(c) + of(d)) / 4;
      }
    }
  }
  return { width, height, costs, openness };
}

/** Twice the size, and shares more unlike. A border has twice the pixels there, so that what forces differ by is twice as much. */
function finer({ shares, across, down }: State, from: Level, to: Level): State {
  const sharper = shares.map((share) => share ** SHARPER);
  for (let k = 0; k < sharper.length; k += LABELS) {
    const sum = sharper[k] + sharper[k + 1] + sharper[k + 2] + sharper[k + 3];
    for (let m = k; m < k + LABELS; m++) sharper[m] /= sum;
  }
  return { shares: doubled(sharper, from, to, 1), across: doubled(across, from, to, 2), down: doubled(down, from, to, 2) };
}

function doubled(values: Float32Array, from: Level, to: Level, times: number): Float32Array {
  const result = new Float32Array(to.costs.length);
  for (let y = 0, at = 0; y < to.height; y++) {
    for (let x = 0; x < to.width; x++) {
      const source = ((y >> 1) * from.width + (x >> 1)) * LABELS;
      for (let m = 0; m < LABELS; m++, at++) result[at] = times * values[source + m];
    }
  }
  return result;
}
