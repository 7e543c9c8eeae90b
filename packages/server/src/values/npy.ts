import {endianness} from 'node:os';
import type {NDArray} from '@firstlight/core';

const numericTypes: Readonly<Record<string, string>> = {
  int8: '|i1',
  int16: '<i2',
  int32: '<i4',
  int64: '<i8',
  uint8: '|u1',
  uint16: '<u2',
  uint32: '<u4',
  uint64: '<u8',
  float16: '<f2',
  float32: '<f4',
  float64: '<f8',
  bool: '|b1',
  complex64: '<c8',
  complex128: '<c16',
};

/**
 * An array as the bytes of an `.npy` file (format 1.0, or 2.0 for a very long header), C order, little endian: `numpy.load` gives it back with the same dtype
 * and shape; strings become numpy's fixed-width `U`.
 */
export function npyBytes({dtype, shape, data}: NDArray): Uint8Array {
  const [descr, bytes] =
    dtype === 'string' ? fixedWidth(data as readonly string[]) : [numericTypes[dtype] ?? '', viewBytes(data as ArrayBufferView)];
  return Buffer.concat([header(descr, shape), bytes]);
}

function header(descr: string, shape: readonly number[]): Uint8Array {
  const tuple = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const [version, lengthBytes] = text.length + 1 + 64 < 65_536 ? [1, 2] : [2, 4];
  const before = 8 + lengthBytes;
  const padded = text.padEnd(Math.ceil((before + text.length + 1) / 64) * 64 - before - 1) + '\n'; // data starts on a multiple of 64, as numpy asks
  const head = Buffer.alloc(before);
  head.set([0x93, ...Buffer.from('NUMPY'), version, 0]);
  head.writeUIntLE(padded.length, 8, lengthBytes);
  return Buffer.concat([head, Buffer.from(padded, 'latin1')]);
}

function viewBytes(view: ArrayBufferView): Uint8Array {
  if (endianness() !== 'LE') throw new Error("npyBytes writes the machine's own byte order, which is not little endian here");
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Strings as numpy keeps them: UTF-32, all as wide as the longest. */
function fixedWidth(strings: readonly string[]): [string, Uint8Array] {
  const points = strings.map((text) => Uint32Array.from(text, (character) => character.codePointAt(0) ?? 0));
  const width = points.reduce((widest, {length}) => Math.max(widest, length), 1);
  const all = new Uint32Array(width * points.length);
  for (const [i, some] of points.entries()) all.set(some, i * width);
  return [`<U${width}`, viewBytes(all)];
}
