// Writes PNG files band by band. A canvas would multiply colours with their alpha on the way, and
// could not hold the largest sketches.

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

/** CRC-32 as PNG and zip have it. */
export function crc32(bytes: Uint8Array, crc = 0): number {
  crc = ~crc;
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

const TYPES = { 1: 0, 3: 2, 4: 6 } as const;

/**
 * Writes a picture.
 *
 * @param channels 1 grey, 3 RGB, 4 RGBA with straight alpha.
 * @param bands Rows from the top, interleaved bytes; as many at a time as you like.
 * @param software Stored in the file as what wrote it.
 */
export async function writePng(
  width: number,
  height: number,
  channels: 1 | 3 | 4,
  bands: Iterable<Uint8Array>,
  software = '',
): Promise<Uint8Array[]> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, TYPES[channels], 0, 0, 0], 8);
  const parts = [Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), ...chunk('IHDR', header)];
  if (software) parts.push(...chunk('tEXt', new TextEncoder().encode(`Software\0${software}`)));
  const packer = new CompressionStream('deflate');
  const packed = gather(packer.readable);
  const writer = packer.writable.getWriter();
  let above: Uint8Array = new Uint8Array(width * channels);
  for (const band of bands) {
    await writer.write(filtered(band, above, channels));
    above = band.slice(band.length - width * channels);
  }
  await writer.close();
  for (const data of await packed) parts.push(...chunk('IDAT', data));
  parts.push(...chunk('IEND', new Uint8Array(0)));
  return parts;
}

/** Paeth's predictor on every row: good for flat colours and lines alike. */
function filtered(band: Uint8Array, above: Uint8Array, channels: number): Uint8Array<ArrayBuffer> {
  const row = above.length;
  const count = band.length / row;
  const out = new Uint8Array(count * (row + 1));
  for (let y = 0; y < count; y++) {
    const [start, to] = [y * row, y * (row + 1)];
    out[to] = 4;
    for (let i = 0; i < row; i++) {
      const left = i >= channels ? band[start + i - channels] : 0;
      const up = y ? band[start + i - row] : above[i];
      const corner = i < channels ? 0 : y ? band[start + i - row - channels] : above[i - channels];
      const guess = left + up - corner;
      const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
      out[to + 1 + i] = band[start + i] - (a <= b && a <= c ? left : b <= c ? up : corner);
    }
  }
  return out;
}

async function gather(stream: ReadableStream<Uint8Array>): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return parts;
    parts.push(value);
  }
}

function chunk(type: string, data: Uint8Array): Uint8Array[] {
  const head = new Uint8Array(8);
  new DataView(head.buffer).setUint32(0, data.length);
  head.set(new TextEncoder().encode(type), 4);
  const tail = new Uint8Array(4);
  new DataView(tail.buffer).setUint32(0, crc32(data, crc32(head.subarray(4))));
  return [head, data, tail];
}
