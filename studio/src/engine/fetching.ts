// Fetches files with progress.

import { StudioError, type Failure } from '../errors';

/** Tells how many bytes have come, of how many. */
export type Progress = (loaded: number, total: number) => void;

/**
 * Fetches a file whole.
 *
 * @param failure What it is called if it does not come.
 * @param each Called with the number of bytes of every piece that has come.
 */
export async function fetchBytes(url: string, failure: Failure, each: (bytes: number) => void): Promise<Uint8Array> {
  try {
    const response = await fetch(url);
    if (!response.ok || !response.body) throw new Error(`${url}: ${response.status}`);
    const pieces: Uint8Array[] = [];
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      pieces.push(value);
      each(value.length);
    }
    const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  } catch (error) {
    console.warn(error);
    throw new StudioError(failure);
  }
}
