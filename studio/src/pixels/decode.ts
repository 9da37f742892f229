// From a file to a sketch, with the browser's own decoders; runs in the worker.

import { failureOf, StudioError } from '../errors';
import { HEADER_BYTES, readHeader } from './header';
import { type Sketch, SketchBuilder } from './sketch';

/** Largest sketch, in pixels: A4 at 600 dots an inch has 35 million. A browser decodes to 4 bytes a pixel. */
export const MAX_PIXELS = 40_000_000;

const BAND = 256;

/**
 * Reads a sketch: upright by EXIF, on white by its alpha, first picture of an animation.
 *
 * Throws StudioError: empty, not a picture, too large, damaged, or nothing but transparency.
 */
export async function decodeSketch(file: Blob): Promise<Sketch> {
  if (!file.size) throw new StudioError('emptyFile');
  const header = readHeader(new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer()));
  if (!header) throw new StudioError('notPicture');
  checkSize(header.width, header.height);
  let bitmap: ImageBitmap;
  try {
    // No conversion by colour profiles: infer.py makes none.
    bitmap = await createImageBitmap(file, { imageOrientation: 'from-image', colorSpaceConversion: 'none' });
  } catch (error) {
    const readable = ['PNG', 'JPEG', 'GIF', 'BMP', 'WebP'].includes(header.kind);
    throw failureOf(error, readable ? 'damaged' : 'notPicture');
  }
  try {
    checkSize(bitmap.width, bitmap.height);
    return gathered(bitmap);
  } finally {
    bitmap.close();
  }
}

function checkSize(width: number, height: number): void {
  if (width * height <= MAX_PIXELS) return;
  throw new StudioError('tooLarge', {
    width,
    height,
    megapixels: Math.round((width * height) / 1e6),
    most: MAX_PIXELS / 1e6,
  });
}

function gathered(bitmap: ImageBitmap): Sketch {
  const { width, height } = bitmap;
  const builder = new SketchBuilder(width, height);
  const canvas = new OffscreenCanvas(width, Math.min(BAND, height));
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new RangeError('out of memory: no canvas');
  for (let top = 0; top < height; top += BAND) {
    const rows = Math.min(BAND, height - top);
    context.clearRect(0, 0, width, rows);
    context.drawImage(bitmap, 0, -top);
    builder.add(top, context.getImageData(0, 0, width, rows).data);
  }
  const sketch = builder.done();
  if (sketch.alpha?.every((a) => a === 0)) throw new StudioError('transparent');
  return sketch;
}
