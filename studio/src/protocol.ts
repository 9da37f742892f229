// What the page and its worker say to each other.

import type { Failure } from './errors';
import type { Dab } from './pixels/dabs';

/** What the network turned out to be. */
export interface Opened {
  hints: boolean;
  proposals: number;
  engine: string;
  /** Milliseconds from the call to a network that is ready. */
  time: number;
}

/** What a sketch turned out to be; `preview` is at most 2048 pixels long, on white. */
export interface SketchInfo {
  width: number;
  height: number;
  hasAlpha: boolean;
  opaqueShare: number;
  preview: ImageBitmap;
}

/** Proposals in their order: which output of the network each one is, and small pictures of them. */
export interface Coloured {
  heads: number[];
  thumbnails: ImageBitmap[];
  /** Milliseconds in all, and those of the network alone. */
  time: number;
  network: number;
  /** What ran the network. */
  engine: string;
}

/** What to save. */
export type SaveKind = 'picture' | 'colour' | 'ora';

/** Each call: what is sent, and what comes back. */
export interface Calls {
  open: [{ base: string; threads: boolean; webgpu: boolean }, Opened];
  sketch: [{ file: Blob }, SketchInfo];
  colour: [{ dabs: Dab[] }, Coloured];
  paint: [{ index: number; keepAlpha: boolean }, ImageBitmap];
  save: [{ kind: SaveKind; index: number; keepAlpha: boolean; dabs: Dab[] }, Blob];
}

/** The name of a call. */
export type CallName = keyof Calls;

/** From the page to the worker. */
export interface Request<N extends CallName = CallName> {
  id: number;
  call: N;
  given: Calls[N][0];
}

/** From the worker to the page: bytes or shares that are done, the result, or what went wrong. */
export type Reply =
  | { id: number; progress: [number, number] }
  | { id: number; result: unknown }
  | { id: number; failure: Failure; values: Record<string, string | number> };
