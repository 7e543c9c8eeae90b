import {Float32, Float64, Int16, Int32, Int64, Int8, Uint16, Uint32, Uint64, Uint8, Utf8, makeData} from 'apache-arrow';
import type {Data} from 'apache-arrow';
import type {NDArray, TypedArray} from '@firstlight/core';

/** A column of 64-bit floats with nulls where `values` has null. */
export function floatData(values: readonly (number | null)[]): Data<Float64> {
  const data = new Float64Array(values as number[]); // null becomes 0
  return makeData({type: new Float64(), length: values.length, data, ...validity(values)});
}

/** A column of text with nulls where `values` has null. */
export function textData(values: readonly (string | null)[]): Data<Utf8> {
  const pieces = values.map((value) => Buffer.from(value ?? ''));
  const valueOffsets = new Int32Array(values.length + 1);
  for (const [i, piece] of pieces.entries()) valueOffsets[i + 1] = (valueOffsets[i] ?? 0) + piece.byteLength;
  return makeData({type: new Utf8(), length: values.length, valueOffsets, data: Buffer.concat(pieces), ...validity(values)});
}

/** A column of 64-bit floats with nulls where `present` has 0. */
export function floatsData(values: Float64Array, present: Uint8Array): Data<Float64> {
  return makeData({type: new Float64(), length: values.length, data: values, ...bitmapOf(present)});
}

/** A column of small codes. */
export const codesData = (values: Uint8Array): Data<Uint8> =>
  makeData({type: new Uint8(), length: values.length, nullCount: 0, data: values});

/** A column of 32-bit integers. */
export const intData = (values: readonly number[]): Data<Int32> =>
  makeData({type: new Int32(), length: values.length, nullCount: 0, data: new Int32Array(values)});

const validity = (values: readonly unknown[]): ReturnType<typeof bitmapOf> =>
  bitmapOf(Uint8Array.from(values, (value) => (value === null ? 0 : 1)));

function bitmapOf(present: Uint8Array): {nullCount: number; nullBitmap?: Uint8Array} {
  const nullBitmap = new Uint8Array(Math.ceil(present.length / 64) * 8); // one bit for each value that is there, least significant first
  let nullCount = 0;
  for (let i = 0; i < present.length; i++) {
    if (present[i] === 0) nullCount += 1;
    else nullBitmap[i >> 3] = (nullBitmap[i >> 3] ?? 0) | (1 << (i & 7));
  }
  return nullCount === 0 ? {nullCount} : {nullCount, nullBitmap};
}

/** Arrow types by our dtype. Half floats travel as floats and booleans as bytes: both are exact, and plain typed arrays for every reader. */
const arrowTypes = {
  int8: () => new Int8(),
  int16: () => new Int16(),
  int32: () => new Int32(),
  int64: () => new Int64(),
  uint8: () => new Uint8(),
  uint16: () => new Uint16(),
  uint32: () => new Uint32(),
  uint64: () => new Uint64(),
  float16: () => new Float32(),
  float32: () => new Float32(),
  float64: () => new Float64(),
  bool: () => new Uint8(),
};

/** A column of an array's elements in C order; complex numbers are two columns, so not for them. */
export function elementData({dtype, data}: NDArray): Data {
  if (dtype === 'string') return textData(data as readonly string[]);
  if (dtype === 'complex64' || dtype === 'complex128') throw new TypeError('complex numbers are two columns');
  const values = dtype === 'float16' ? Float32Array.from(data as Float16Array) : (data as TypedArray);
  return makeData({type: arrowTypes[dtype]() as Float64, length: values.length, nullCount: 0, data: values as Float64Array});
}
