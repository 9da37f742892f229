// A sketch as the rest of the program wants it: grey on white paper, and its alpha.

/** `line` is (height, width), 0 = ink, 255 = paper; `alpha` is null where the picture is opaque throughout. */
export interface Sketch {
  width: number;
  height: number;
  line: Uint8Array;
  alpha: Uint8Array | null;
}

/** Gathers a sketch from bands of RGBA with straight alpha, as a canvas gives them. */
export class SketchBuilder {
  private readonly line: Uint8Array;
  private alpha: Uint8Array | null = null;

  /** Throws RangeError if the browser refuses the memory. */
  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {
    this.line = new Uint8Array(width * height);
  }

  /** Takes the rows that begin at `top`. */
  add(top: number, rgba: Uint8ClampedArray): void {
    const start = top * this.width;
    for (let i = 0, at = start; i < rgba.length; i += 4, at++) {
      const grey = luma(rgba[i], rgba[i + 1], rgba[i + 2]);
      const a = rgba[i + 3];
      if (a < 255) {
        this.alpha ??= new Uint8Array(this.width * this.height).fill(255);
        this.alpha[at] = a;
      }
      this.line[at] = Math.floor((grey * a + 255 * (255 - a) + 127) / 255);
    }
  }

  /** The whole sketch, not yet levelled. */
  done(): Sketch {
    return { width: this.width, height: this.height, line: this.line, alpha: this.alpha };
  }
}

/** ITU-R 601 luma, in Pillow's arithmetic. */
export function luma(r: number, g: number, b: number): number {
  return (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;
}

/** Share of the picture, 0-1, that is more than half opaque. */
export function opaqueShare({ alpha }: Sketch): number {
  if (!alpha) return 1;
  let count = 0;
  for (const a of alpha) if (a > 127) count++;
  return count / alpha.length;
}
