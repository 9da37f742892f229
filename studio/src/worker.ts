// The worker: holds the network and the sketch, and does all work, so that the page never freezes.

import { type Network, openNetwork } from './engine/network';
import { type Failure, failureOf, StudioError } from './errors';
import { bandsOf, writeOpenRaster } from './files/openraster';
import { writePng } from './files/png';
import {
  fillerOf,
  flatsOf,
  layersOf,
  multiplied,
  orderOf,
  Painter,
  small,
  type Working,
  workingSketch,
} from './pixels/colouring';
import { type Dab, workingHints } from './pixels/dabs';
import { decodeSketch } from './pixels/decode';
import type { Filler } from './pixels/fill';
import { levelPaper } from './pixels/levels';
import { largerSize, meanOfLooks } from './pixels/looks';
import { withHints } from './pixels/patches';
import { resizeBytes } from './pixels/resample';
import { workingShape } from './pixels/rounding';
import { opaqueShare, type Sketch } from './pixels/sketch';
import { partExplained, type Settled, settle } from './pixels/surfaces';
import type { CallName, Calls, Coloured, Reply, Request, SketchInfo } from './protocol';

const PREVIEW = 2048;

/** How the proposals stand without hints: with each new hint, they keep their places. */
interface Plain {
  heads: number[];
  flats: Uint8Array[];
  filler: Filler;
  /** The colour layers of the first look. */
  first: Float32Array[];
  /** Null for a model without schemes. */
  settled: Settled | null;
}

let network: Network | null = null;
let sketch: Sketch | null = null;
let working: Working | null = null;
let plain: Plain | null = null;
let flats: Uint8Array[] = [];
let networkTime = 0;

type Answers = { [N in CallName]: (given: Calls[N][0], progress: (done: number, all: number) => void) => Promise<Calls[N][1]> };

const answers: Answers = {
  async open(given, progress) {
    const start = performance.now();
    network = await openNetwork(given, progress);
    const { hints, proposals } = network.info;
    return { hints, proposals, engine: network.engine, time: performance.now() - start };
  },

  async sketch({ file }) {
    // The old sketch stays until the new one is read.
    const read = await decodeSketch(file);
    levelPaper(read.line, read.width, read.height);
    [sketch, working, plain, flats] = [read, null, null, []];
    const { width, height } = read;
    const share = opaqueShare(read);
    const preview = await shown(small(read, null, EMPTY, previewSize(read)), previewSize(read), null);
    return { width, height, hasAlpha: read.alpha !== null, opaqueShare: share, preview } satisfies SketchInfo;
  },

  async colour({ dabs }) {
    if (!network) throw new StudioError('noModel');
    if (!sketch) throw new StudioError('lost');
    const start = performance.now();
    networkTime = 0;
    working ??= workingSketch(sketch, network.workingSize);
    plain ??= await plainOf();
    const { heads } = plain;
    if (dabs.length && network.info.hints) {
      const unsorted = flatsOf(await hinted(dabs, plain));
      flats = heads.map((head) => unsorted[head]);
    } else {
      flats = plain.flats;
    }
    const time = performance.now() - start;
    const { width, height, grey } = working;
    const pictures = flats.map((flat) => shown(multiplied(flat, grey), [width, height], null));
    const thumbnails = await Promise.all(pictures);
    return { heads, thumbnails, time, network: networkTime, engine: network.engine } satisfies Coloured;
  },

  async paint({ index, keepAlpha }) {
    const { sketch, working, flat } = painted(index);
    const size = previewSize(sketch);
    const alpha = keepAlpha && sketch.alpha;
    const full: [number, number] = [sketch.width, sketch.height];
    const veil = alpha ? resizeBytes(alpha, full, size, 1, 'bilinear') : null;
    return shown(small(sketch, flat, working, size), size, veil);
  },

  async save({ kind, index, keepAlpha, dabs }, progress) {
    const { sketch, working, flat } = painted(index);
    if (kind === 'ora') {
      const report = (share: number) => progress(share, 1);
      const parts = await writeOpenRaster({ sketch, working, flats, shown: index, dabs, keepAlpha, progress: report });
      return new Blob(parts as BlobPart[], { type: 'image/openraster' });
    }
    const painter = new Painter(sketch, flat, working);
    const wish = { layer: kind, alpha: keepAlpha ? 'keep' : 'drop' } as const;
    const rows = bandsOf(sketch.height, (top, bottom) => {
      progress(top, sketch.height);
      return painter.rows(top, bottom, wish);
    });
    const parts = await writePng(sketch.width, sketch.height, painter.hasAlpha(wish) ? 4 : 3, rows, 'sgru_tf: studio');
    return new Blob(parts as BlobPart[], { type: 'image/png' });
  },
};

const EMPTY: Working = { width: 1, height: 1, grey: new Uint8Array(1), padded: [32, 32] };
const OTHERWISE: Record<CallName, Failure> = {
  open: 'noRuntime',
  sketch: 'damaged',
  colour: 'networkFailed',
  paint: 'noMemory',
  save: 'noMemory',
};

async function plainOf(): Promise<Plain> {
  const [filler, { schemes }] = [fillerOf(working!), network!.info];
  const first = await layersFor(working!, null, filler);
  const layers = await lookedTwice(first);
  const { width, height, grey } = working!;
  const settled = schemes.length ? settle(layers, grey, [width, height], filler, schemes) : null;
  const unsorted = flatsOf(settled?.layers ?? layers);
  const heads = orderOf(unsorted, working!);
  return { heads, flats: heads.map((head) => unsorted[head]), filler, first, settled };
}

/** Looks once more, larger, as far as the colours are the schemes'. */
async function lookedTwice(layers: Float32Array[]): Promise<Float32Array[]> {
  const { schemes } = network!.info;
  const part = schemes.length && partExplained(layers, working!.grey, schemes);
  if (!part) return layers;
  const larger = workingSketch(sketch!, largerSize(network!.workingSize));
  let again: Float32Array[];
  try {
    again = await layersFor(larger, null, fillerOf(larger));
  } catch (error) {
    console.warn('a file of one size, or too little memory: one look is enough', error);
    return layers;
  }
  return meanOfLooks(layers, again, [larger.width, larger.height], [working!.width, working!.height], part);
}

/** The colour layers with hints: patches as far as the schemes explain the picture, else the network's. */
async function hinted(dabs: Dab[], { filler, first, settled }: Plain): Promise<Float32Array[]> {
  const { width, height, grey } = working!;
  const hints = workingHints(dabs, [sketch!.width, sketch!.height], [width, height]);
  if (!settled) return layersFor(working!, hints, filler);
  const { layers, part } = settled;
  const filled = part ? withHints(settled, grey, hints, filler, [width, height]) : layers;
  if (part === 1) return filled;
  const network = await layersFor(working!, hints, filler);
  return layers.map((layer, n) =>
    layer.map((value, at) => value + part * (filled[n][at] - value) + (1 - part) * (network[n][at] - first[n][at])),
  );
}

async function layersFor(seen: Working, hints: Float32Array | null, filler: Filler): Promise<Float32Array[]> {
  const start = performance.now();
  const answer = await network!.run(seen, hints);
  networkTime += performance.now() - start;
  return layersOf(answer.data, answer.shape, seen, filler);
}

function painted(index: number): { sketch: Sketch; working: Working; flat: Uint8Array } {
  if (!sketch || !working || !flats[index]) throw new StudioError('lost');
  return { sketch, working, flat: flats[index] };
}

function previewSize({ width, height }: Sketch): [number, number] {
  return workingShape(width, height, Math.min(PREVIEW, Math.max(width, height)));
}

/** A picture for the page, on white paper where `alpha` says so. */
async function shown(rgb: Uint8Array, [width, height]: [number, number], alpha: Uint8Array | null): Promise<ImageBitmap> {
  const picture = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const a = alpha ? alpha[i] : 255;
    for (let c = 0; c < 3; c++) picture.data[4 * i + c] = (rgb[3 * i + c] * a + 255 * (255 - a)) / 255;
    picture.data[4 * i + 3] = 255;
  }
  return createImageBitmap(picture);
}

function bitmapsIn(result: unknown): ImageBitmap[] {
  if (result instanceof ImageBitmap) return [result];
  if (Array.isArray(result)) return result.flatMap(bitmapsIn);
  if (result && Object.getPrototypeOf(result) === Object.prototype) return Object.values(result).flatMap(bitmapsIn);
  return [];
}

async function answer<N extends CallName>({ id, call, given }: Request<N>): Promise<void> {
  const send = (reply: Reply, transfer: Transferable[] = []) => self.postMessage(reply, { transfer });
  try {
    const result = await answers[call](given, (done, all) => send({ id, progress: [done, all] }));
    send({ id, result }, bitmapsIn(result));
  } catch (error) {
    const { failure, values } = failureOf(error, OTHERWISE[call]);
    send({ id, failure, values });
  }
}

// One after the other, as the network holds one sketch at a time; but a sketch need not wait for the
// network to load.
let turn: Promise<void> = Promise.resolve();
self.onmessage = (event: MessageEvent<Request>) => {
  if (event.data.call === 'open') void answer(event.data);
  else turn = turn.then(() => answer(event.data));
};
