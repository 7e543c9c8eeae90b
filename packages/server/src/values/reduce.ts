import type {NDArray} from '@firstlight/core';
import type {AskedArray} from './array.ts';
import type {LabelledArray} from './arrow.ts';

/** Rows and columns of a block of pixels that become one. */
export type Block = readonly [rows: number, columns: number];

/** At most so many rows and columns. */
export interface Most {
  readonly rows: number;
  readonly columns: number;
}

/**
 * Makes an image small enough for a screen: each pixel of the result is the mean of a block (of those that are not NaN), and so is each coordinate.
 *
 * Anything that is not a 2-D array of real numbers, or is small enough, stays as it is. `facts` tell the shape before and the block's size.
 */
export function reduced(asked: AskedArray, most: Most | undefined): LabelledArray {
  const {fullShape, ...labelled} = asked;
  const {array, dims, coords = {}} = labelled;
  const block = most && array.shape.length === 2 ? blockOf(array.shape, most) : undefined;
  if (!block || !isReal(array)) return {...labelled, facts: {fullShape}};
  const shortened = Object.entries(coords).map(([name, coordinate]) => {
    const axis = dims?.indexOf(coordinate.dims?.[0] ?? '') ?? -1;
    const length = block[axis] ?? 1;
    return [name, coordinate.shape.length === 1 && length > 1 && isReal(coordinate) ? blockMeans(coordinate, length) : coordinate];
  });
  return {
    ...labelled,
    array: reduceImage(array, block),
    coords: Object.fromEntries(shortened),
    facts: {fullShape, imageShape: array.shape, block},
  };
}

const isReal = ({dtype}: NDArray): boolean => dtype !== 'string' && !dtype.startsWith('complex');

function blockOf([rows = 0, columns = 0]: readonly number[], most: Most): Block | undefined {
  const block = [Math.max(1, Math.ceil(rows / most.rows)), Math.max(1, Math.ceil(columns / most.columns))] as const;
  return block[0] === 1 && block[1] === 1 ? undefined : block;
}

/** Means over blocks of an image, as float32; what is left at the right and lower edge makes smaller blocks. */
export function reduceImage({data, shape}: NDArray, [high, wide]: Block): NDArray {
  const [rows = 0, columns = 0] = shape;
  const [outRows, outColumns] = [Math.ceil(rows / high), Math.ceil(columns / wide)];
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
  return {
    dtype: 'float32',
    shape: [outRows, outColumns],
    data: Float32Array.from(sums, (sum, i) => (counts[i] === 0 ? Number.NaN : sum / (counts[i] ?? 1))),
  };
}

function blockMeans<C extends NDArray>(coordinate: C, length: number): C {
  const values = Float64Array.from(coordinate.data as ArrayLike<number | bigint>, Number);
  const means = Float64Array.from({length: Math.ceil(values.length / length)}, (_, i) => {
    const block = values.subarray(i * length, (i + 1) * length);
    return block.reduce((sum, value) => sum + value, 0) / block.length;
  });
  return {...coordinate, dtype: 'float64', shape: [means.length], data: means};
}

/** Reads `?max=WIDTHxHEIGHT`. */
export function parseMost(text: string): Most | undefined {
  const match = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(text);
  return match ? {columns: Number(match[1]), rows: Number(match[2])} : undefined;
}
