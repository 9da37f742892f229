// What an artist asks for fills the patch on which it lies, in all colourings. Port of
// sgru_tf/patches.py, where it is explained.

import { claimsOf } from './claims';
import { LUMA } from './eyes';
import type { Filler } from './fill';
import type { Size } from './neighbours';
import { softened } from './softening';
import { LIGHT, opened, PAPER, SIDE, type Settled, SURFACES } from './surfaces';

const [LEAST, BRIGHTEST] = [0.05, 1.5];

/**
 * Colours the patches on which hints lie.
 *
 * @param settled What `settle` gave.
 * @param sketch (height, width), 0 = ink, 255 = paper, what the network was shown.
 * @param hints (height, width, 4), RGB 0-255 and 0-1.
 * @param filler Fills what lies under the sketch's lines.
 * @returns RGB (height, width, 3) each, 0-255.
 */
export function withHints(
  settled: Settled,
  sketch: Uint8Array,
  hints: Float32Array,
  filler: Filler,
  size: Size,
): Float32Array[] {
  const [openness, scale] = [opened(sketch), Math.max(...size) / SIDE];
  const { numbers, colours } = claimsOf(hints, kindsOf(settled), openness, scale, size);
  // The paints of a surface, the first one last, and how far each pixel goes with it.
  const sharesOf = (found: Float32Array) =>
    colours
      .map((colour, k) => ({ colour, claimed: found.map((number): number => (number === k + 1 ? 1 : 0)) }))
      .filter(({ claimed }) => claimed.includes(1))
      .map(({ colour, claimed }) => ({ colour, share: softened(claimed, openness, scale, size, 1) }))
      .reverse();
  const layers = settled.layers.map((layer) => layer.slice());
  const irises = sharesOf(numbers[SURFACES]);
  const rest = settled.irises.slice();
  for (const { colour, share } of irises) {
    const part = share.map((is, i) => is * settled.irises[i]);
    part.forEach((is, i) => (rest[i] -= is));
    for (const layer of layers) tint(layer, part, colour);
  }
  // The first paint is for the other eye, too, unless that was asked for.
  if (irises.length) for (const layer of layers) tint(layer, rest, irises[irises.length - 1].colour);
  for (let surface = 0; surface < SURFACES; surface++) {
    for (const { colour, share } of sharesOf(numbers[surface])) {
      const { amount, seen } = seenAs(settled, surface, share.map((is, i) => is * filler.weights[i]));
      const change = filler.fill(amount.map((is, i) => is * share[i]));
      layers.forEach((layer, n) => add(layer, change, colour.map((value, c) => value - seen[n][c])));
    }
  }
  for (const layer of layers) layer.forEach((value, at) => (layer[at] = Math.min(255, Math.max(0, value))));
  return layers;
}

/** Gives irises a colour, on their average, as light and dark as they were. */
function tint(layer: Float32Array, share: Float32Array, colour: number[]): void {
  const light = share.map((_, i) => LUMA.reduce((sum, part, c) => sum + part * layer[3 * i + c], 0));
  const total = Math.max(share.reduce((sum, is) => sum + is, 0), 1e-6);
  const usual = Math.max(light.reduce((sum, lit, i) => sum + lit * share[i], 0) / total, 1);
  for (let i = 0, at = 0; i < share.length; i++) {
    const bright = Math.min(light[i] / usual, BRIGHTEST);
    for (let c = 0; c < 3; c++, at++) layer[at] += share[i] * (Math.min(bright * colour[c], 255) - layer[at]);
  }
}

function add(layer: Float32Array, change: Float32Array, [red, green, blue]: number[]): void {
  for (let i = 0, at = 0; i < change.length; i++, at += 3) {
    if (!change[i]) continue;
    layer[at] += change[i] * red;
    layer[at + 1] += change[i] * green;
    layer[at + 2] += change[i] * blue;
  }
}

/** Of which surface each pixel is, 0 or 1 each: paper, skin, hair, clothes, irises. */
function kindsOf({ amounts, irises }: Settled): Float32Array[] {
  const kinds = Array.from({ length: SURFACES + 1 }, () => new Float32Array(irises.length));
  for (let i = 0; i < irises.length; i++) {
    let largest = 0;
    for (let m = 1; m < SURFACES; m++) if (amounts[SURFACES * i + m] > amounts[SURFACES * i + largest]) largest = m;
    kinds[irises[i] > 0.5 ? SURFACES : largest][i] = 1;
  }
  return kinds;
}

/**
 * How much of a surface is in each pixel, 1 as on the average of a patch; and the average colour there in
 * each layer.
 *
 * @param weight (height, width), 0-1, how far a pixel belongs to the patch.
 */
function seenAs(
  { layers, amounts }: Settled,
  surface: number,
  weight: Float32Array,
): { amount: Float32Array; seen: number[][] } {
  const light = weight.map((_, i) => {
    const at = SURFACES * i;
    return amounts[at] + amounts[at + 1] + amounts[at + 2] + amounts[at + 3];
  });
  const shareOf = (kind: number, i: number) => amounts[SURFACES * i + kind] / Math.max(light[i], LEAST);
  // Where it is pure, as what is mixed in is not to be seen for it.
  const pure = weight.map((is, i) => (is ? is * shareOf(surface, i) ** 4 : 0));
  const where = Uint32Array.from(pure.keys()).filter((i) => pure[i] > 0);
  const total = Math.max(pure.reduce((sum, is) => sum + is, 0), 1e-6);
  const meanOf = (values: Float32Array, each: number, offset: number) => {
    let sum = 0;
    for (const i of where) sum += pure[i] * values[each * i + offset];
    return sum / total;
  };
  const seen = layers.map((layer) => [0, 1, 2].map((c) => meanOf(layer, 3, c)));
  const lit = Math.max(meanOf(light, 1, 0), LEAST);
  // White in a colour is light on it, unless it is much.
  const whites = light.map((_, i) => shareOf(PAPER, i));
  const most = meanOf(whites, 1, 0) + LIGHT;
  const amount = light.map((bright, i) => {
    const much = Math.max(whites[i] - most, 0);
    const around = surface === PAPER ? 1 : Math.max(1 - whites[i] + much, LEAST);
    return (shareOf(surface, i) / around) * Math.min(bright / lit, BRIGHTEST);
  });
  return { amount, seen };
}
