// The kind and size of a picture from the beginning of its file, so that one that is too large is
// refused before the browser takes memory for it.

/** What a file is; width and height are 0 where only decoding tells. */
export interface Header {
  kind: string;
  width: number;
  height: number;
}

/** How much of the beginning of a file `readHeader` wants: a JPEG may carry long notes before its size. */
export const HEADER_BYTES = 1 << 18;

/** Reads a header; null if the file is of no known kind. */
export function readHeader(bytes: Uint8Array): Header | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (at: number, length: number) => String.fromCharCode(...bytes.subarray(at, at + length));
  const known = (kind: string, width = 0, height = 0) => ({ kind, width, height });
  try {
    if (text(0, 8) === '\x89PNG\r\n\x1a\n') return known('PNG', view.getUint32(16), view.getUint32(20));
    if (text(0, 4) === 'GIF8') return known('GIF', view.getUint16(6, true), view.getUint16(8, true));
    if (text(0, 2) === 'BM') return known('BMP', Math.abs(view.getInt32(18, true)), Math.abs(view.getInt32(22, true)));
    if (text(0, 4) === 'RIFF' && text(8, 4) === 'WEBP') return known('WebP', ...webp(view, text(12, 4)));
    if (view.getUint16(0) === 0xffd8) return known('JPEG', ...jpeg(view));
    if (text(4, 4) === 'ftyp') return known(/avi[fs]/.test(text(8, 24)) ? 'AVIF' : 'HEIC');
    if (text(0, 4) === '8BPS') return known('PSD', view.getUint32(18), view.getUint32(14));
    if (text(0, 4) === 'II*\0' || text(0, 4) === 'MM\0*') return known('TIFF');
    if (text(0, 5) === '%PDF-') return known('PDF');
    if (text(0, 4) === 'PK\x03\x04') return known('ZIP');
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // the file ends before its size
  }
  return null;
}

function webp(view: DataView, chunk: string): [number, number] {
  if (chunk === 'VP8X') return [1 + u24(view, 24), 1 + u24(view, 27)];
  if (chunk === 'VP8 ') return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
  const bits = view.getUint32(21, true);
  return [1 + (bits & 0x3fff), 1 + ((bits >> 14) & 0x3fff)];
}

function u24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}

function jpeg(view: DataView): [number, number] {
  for (let at = 2; at + 9 < view.byteLength; ) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff) return [0, 0];
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) return [view.getUint16(at + 7), view.getUint16(at + 5)];
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return [0, 0];
}
