// OpenRaster files (.ora): a sketch and its colourings in layers, for Krita, GIMP and MyPaint. Port
// of sgru_tf/openraster.py, which explains how lines and colours share the transparency.

import { BAND, Painter, small, withAlpha, type Working } from '../pixels/colouring';
import { rgbOf, rowOfPaint, type Dab } from '../pixels/dabs';
import { resizeBytes } from '../pixels/resample';
import { workingShape } from '../pixels/rounding';
import type { Sketch } from '../pixels/sketch';
import { writePng } from './png';
import { zipStored } from './zip';

const THUMBNAIL = 256;

/** What goes into the file. */
export interface Layers {
  sketch: Sketch;
  working: Working;
  /** Colour layers in the order in which they are numbered. */
  flats: Uint8Array[];
  /** Which one is shown, from 0; it lies above the others. */
  shown: number;
  dabs: readonly Dab[];
  keepAlpha: boolean;
  /** Called before each layer with the share that is done, 0-1. */
  progress?: (share: number) => void;
}

interface Layer {
  name: string;
  channels: 3 | 4;
  rows: (top: number, bottom: number) => Uint8Array;
  mode?: string;
  visible: boolean;
  selected?: boolean;
}

/** Writes all of it; parts of the file, in order. */
export async function writeOpenRaster(given: Layers): Promise<Uint8Array[]> {
  const { sketch, working, flats, shown, keepAlpha } = given;
  const { width, height, alpha } = sketch;
  const veiled = keepAlpha && alpha !== null;
  const layers = layersOf(given, veiled);
  const text = new TextEncoder();
  const members: { name: string; parts: Uint8Array[] }[] = [
    { name: 'mimetype', parts: [text.encode('image/openraster')] },
    { name: 'stack.xml', parts: [text.encode(stack(width, height, layers))] },
  ];
  const count = layers.length + 1;
  for (const [index, layer] of layers.entries()) {
    given.progress?.(index / count);
    const parts = await writePng(width, height, layer.channels, bandsOf(height, layer.rows));
    members.push({ name: source(layer), parts });
  }
  given.progress?.(layers.length / count);
  const painter = new Painter(sketch, flats[shown], working);
  const wish = { layer: 'picture', alpha: veiled ? 'keep' : 'drop' } as const;
  const rows = (top: number, bottom: number) => painter.rows(top, bottom, wish);
  const merged = await writePng(width, height, veiled ? 4 : 3, bandsOf(height, rows));
  members.push({ name: 'mergedimage.png', parts: merged });
  const size = workingShape(width, height, Math.min(THUMBNAIL, Math.max(width, height)));
  let thumbnail = small(sketch, flats[shown], working, size);
  if (veiled) thumbnail = withAlpha(thumbnail, resizeBytes(alpha, [width, height], size, 1, 'bilinear'));
  members.push({ name: 'Thumbnails/thumbnail.png', parts: await writePng(...size, veiled ? 4 : 3, [thumbnail]) });
  return zipStored(members);
}

/** Calls for rows in bands from the top. */
export function* bandsOf(height: number, rows: (top: number, bottom: number) => Uint8Array): Generator<Uint8Array> {
  for (let top = 0; top < height; top += BAND) yield rows(top, Math.min(top + BAND, height));
}

function layersOf({ sketch, working, flats, shown, dabs }: Layers, veiled: boolean): Layer[] {
  const { width, height, line, alpha } = sketch;
  const part = (plane: Uint8Array, top: number, bottom: number) => plane.subarray(top * width, bottom * width);
  const channels = veiled ? 4 : 3;
  const layers: Layer[] = [
    {
      name: 'lines',
      channels,
      mode: 'svg:multiply',
      visible: true,
      rows: (top, bottom) => lines(part(line, top, bottom), veiled && alpha ? part(alpha, top, bottom) : null),
    },
  ];
  if (dabs.length) {
    const rows = (top: number, bottom: number) => paint(dabs, [width, height], top, bottom);
    layers.push({ name: 'hints', channels: 4, visible: false, rows });
  }
  const numbers = [shown, ...flats.keys()].filter((n, i, all) => all.indexOf(n) === i);
  for (const n of numbers) {
    const painter = new Painter(sketch, flats[n], working);
    const rows = (top: number, bottom: number) => {
      const colours = painter.colours(top, bottom);
      if (!veiled || !alpha) return colours;
      return withAlpha(colours, colourAlpha(part(line, top, bottom), part(alpha, top, bottom)));
    };
    // Selected, so that nobody paints on the lines by mistake.
    layers.push({ name: `proposal ${n + 1}`, channels, visible: n === shown, selected: n === shown, rows });
  }
  const white = (top: number, bottom: number) => new Uint8Array((bottom - top) * width * 3).fill(255);
  layers.push({ name: 'paper', channels: 3, visible: !veiled, rows: white });
  return layers;
}

function source({ name }: Layer): string {
  return `data/${name.replaceAll(' ', '')}.png`;
}

function stack(width: number, height: number, layers: Layer[]): string {
  const rows = layers.map((layer) => {
    const shown = layer.visible ? 'visible' : 'hidden';
    const mode = `visibility="${shown}" composite-op="${layer.mode ?? 'svg:src-over'}"`;
    const selected = layer.selected ? ' selected="true"' : '';
    return `    <layer name="${layer.name}" src="${source(layer)}" x="0" y="0" opacity="1.0" ${mode}${selected} />\n`;
  });
  return (
    `<?xml version='1.0' encoding='UTF-8'?>\n<image version="0.0.5" w="${width}" h="${height}">\n` +
    `  <stack>\n${rows.join('')}  </stack>\n</image>`
  );
}

/** RGB, not grey: a grey layer could not be painted on in colour. */
function lines(line: Uint8Array, alpha: Uint8Array | null): Uint8Array {
  const rgb = new Uint8Array(line.length * 3);
  for (let i = 0; i < line.length; i++) rgb.fill(!alpha || alpha[i] === 255 ? line[i] : 0, 3 * i, 3 * i + 3);
  if (!alpha) return rgb;
  return withAlpha(rgb, alpha.map((a, i) => (a === 255 ? 255 : inkAlpha(line[i], a))));
}

function paint(dabs: readonly Dab[], size: [number, number], top: number, bottom: number): Uint8Array {
  const rgba = new Uint8Array((bottom - top) * size[0] * 4);
  for (let y = top; y < bottom; y++) {
    rowOfPaint(dabs, size, y)?.forEach((dab, x) => {
      if (dab) rgba.set([...rgbOf(dabs[dab - 1].colour), 255], 4 * ((y - top) * size[0] + x));
    });
  }
  return rgba;
}

function inkAlpha(line: number, alpha: number): number {
  return Math.floor((alpha * (255 - line) + 127) / 255);
}

function colourAlpha(line: Uint8Array, alpha: Uint8Array): Uint8Array {
  return alpha.map((a, i) => {
    if (a === 255) return 255;
    const ink = inkAlpha(line[i], a);
    const rest = Math.max(255 - ink, 1);
    return Math.floor((2 * 255 * (a - ink) + rest) / (2 * rest));
  });
}
