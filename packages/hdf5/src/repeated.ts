import {arrayTypeOf, sizeOf} from '@firstlight/core';
import type {NDArray, TypedArray} from '@firstlight/core';

/** An array whose every element is the given scalar. */
export function repeated({dtype, data}: NDArray, shape: readonly number[]): NDArray {
  const size = sizeOf(shape);
  if (dtype === 'string') return {dtype, shape, data: Array.from({length: size}, () => data[0] as string)};
  const parts = data.length;
  const filled = new (arrayTypeOf(dtype))(size * parts) as TypedArray;
  if (parts === 1) return {dtype, shape, data: filled.fill(data[0] as never)};
  for (let i = 0; i < filled.length; i++) filled[i] = data[i % parts] as never;
  return {dtype, shape, data: filled};
}
