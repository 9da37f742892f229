// Zip archives whose members are stored as they are.

import { crc32 } from './png';

const DATE = (1980 - 1980) * 512 + 1 * 32 + 1; // 1 January 1980: the same layers give the same bytes.

/** Puts members into an archive, in this order; more than 4 GB are refused with a RangeError. */
export function zipStored(members: { name: string; parts: Uint8Array[] }[]): Uint8Array[] {
  const out: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  const add = (bytes: Uint8Array) => {
    out.push(bytes);
    at += bytes.length;
    if (at > 0xffffffff) throw new RangeError('the archive would have more than 4 GB');
  };
  for (const { name, parts } of members) {
    const offset = at;
    const label = new TextEncoder().encode(name);
    const crc = parts.reduce((sum, part) => crc32(part, sum), 0);
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    // Version, flags, method, time, date, CRC, sizes, length of the name, length of the extra field.
    const fields = [u16(20), u16(0), u16(0), u16(0), u16(DATE), u32(crc), u32(size), u32(size), u16(label.length), u16(0)];
    for (const part of [u32(0x04034b50), ...fields, label, ...parts]) add(part);
    const rest = [u16(0), u16(0), u16(0), u32(0), u32(offset), label];
    directory.push(u32(0x02014b50), u16(20), ...fields, ...rest);
  }
  const start = at;
  for (const part of directory) add(part);
  const [count, size] = [members.length, at - start];
  for (const part of [u32(0x06054b50), u16(0), u16(0), u16(count), u16(count), u32(size), u32(start), u16(0)]) add(part);
  return out;
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 255, value >> 8);
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24);
}
