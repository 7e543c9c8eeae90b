import {FirstlightError} from '@firstlight/core';
import koffi from 'koffi';
import {padding} from './memory-types.ts';

const encoder = new TextEncoder();

/** The text of a variable-length string in the library's memory; a null pointer is an empty string. */
export function textAt(address: bigint): string {
  return address === 0n ? '' : koffi.decode.string(address);
}

/** The text of a fixed-length string between two offsets, without its padding. */
export function fixedText(bytes: Buffer, start: number, end: number, pad: number): string {
  return bytes.toString('utf8', start, endOfText(bytes, start, end, pad));
}

function endOfText(bytes: Buffer, start: number, end: number, pad: number): number {
  if (pad === padding.nullTerminated) {
    const zero = bytes.subarray(start, end).indexOf(0);
    return zero < 0 ? end : start + zero;
  }
  const filler = pad === padding.spacePadded ? 32 : 0;
  let last = end;
  while (last > start && bytes[last - 1] === filler) last--;
  return last;
}

/** Strings laid out for the library: pointers, and the memory they point into, which must live as long as they are used. */
export interface StringPointers {
  readonly pointers: BigUint64Array;
  readonly memory: Buffer;
}

/** Lays out variable-length strings. Throws `hdf5-string` for one with a NUL, which HDF5 would cut. */
export function pointersTo(strings: readonly string[]): StringPointers {
  const lengths = strings.map((text) => {
    if (text.includes('\0'))
      throw new FirstlightError(
        'hdf5-string',
        `The string ${JSON.stringify(text)} holds a NUL character, which HDF5 cannot store; remove it.`,
      );
    return Buffer.byteLength(text) + 1;
  });
  const memory = Buffer.alloc(
    Math.max(
      64,
      lengths.reduce((sum, n) => sum + n, 0),
    ),
  );
  const base = koffi.address(memory);
  let offset = 0;
  const pointers = BigUint64Array.from(strings, (text, i) => {
    const here = base + BigInt(offset);
    memory.write(text, offset);
    offset += lengths[i] as number;
    return here;
  });
  return {pointers, memory};
}

/** Lays out strings as fixed-length, null-padded ones. */
export function fixedBytes(strings: readonly string[], length: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(1, strings.length * length));
  strings.forEach((text, i) => encoder.encodeInto(text, bytes.subarray(i * length, (i + 1) * length)));
  return bytes;
}
