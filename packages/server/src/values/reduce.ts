import {arrayTypeOf} from '@firstlight/core';
import type {NDArray} from '@firstlight/core';

/**
 * Makes a 2-D image small enough for a screen: each pixel of the result is the mean of a block (of those that are not NaN).
 *
 * @param array shape (rows, columns), real numbers.
 * @param most at most so many rows and columns.
 * @returns float32 and the block's size; the array itself with blocks of 1 when it is small enough.
 */
export function reduceImage(array: NDArray, most: {rows: number; columns: number}): {array: NDArray; block: [number, number]} {
  const [rows = 0, columns = 0] = array.shape;
  const block: [number, number] = [Math.max(1, Math.ceil(rows / most.rows)), Math.max(1, Math.ceil(columns / most.columns))];
  if (block[0] === 1 && block[1] === 1) return {array, block};
  const shape = [Math.ceil(rows / block[0]), Math.ceil(columns / block[1])] as const;
  return {array: {dtype: 'float32', shape, data: means(array, block, shape)}, block};
}

function means(
  {data, shape}: NDArray,
  [high, wide]: readonly [number, number],
  [outRows, outColumns]: readonly [number, number],
): Float32Array {
  const [rows = 0, columns = 0] = shape;
  const sums = new Float64Array(outRows * outColumns);
  const counts = new Uint32Array(outRows * outColumns);
  for (let row = 0; row < rows; row++) {
    const line = Math.floor(row / high) * outColumns;
    for (let column = 0; column < columns; column++) {
      const value = Number(data[row * columns + column]);
      if (Number.isNaN(value)) continue;
      const at = line + Math.floor(column / wide);
      sums[at] = (sums[at] ?? 0) + value;
      counts[at] = (counts[at] ?? 0) + 1;
    }
  }
  return arrayTypeOf('float32').from(sums, (sum, i) => (counts[i] === 0 ? Number.NaN : sum / (counts[i] ?? 1)));
}

/** Reads `?max=WIDTHxHEIGHT`. */
export function parseMost(text: string): {rows: number; columns: number} | undefined {
  const match = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(text);
  return match ? {columns: Number(match[1]), rows: Number(match[2])} : undefined;
}
