import type {DType, NDArray, TypedArray} from '../array.ts';
import {arrayTypeOf, sizeOf} from '../array.ts';
import {allocate, isBig, isComplex, widthOf} from './elements.ts';

/** A look at the memory of an array: element `[i, j]` lies at `offset + i * strides[0] + j * strides[1]`, counted in elements. */
export interface Strided {
  readonly dtype: DType;
  readonly data: TypedArray | readonly string[];
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** The strides of a shape in row-major order. */
export function rowMajor(shape: readonly number[]): number[] {
  const strides: number[] = [];
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis] as number;
  }
  return strides;
}

/** The whole of an array. */
export const viewOf = ({dtype, shape, data}: NDArray): Strided => ({dtype, shape, data, strides: rowMajor(shape), offset: 0});

/** The axes in another order. */
export const permute = (view: Strided, axes: readonly number[]): Strided => ({
  ...view,
  shape: axes.map((axis) => view.shape[axis] as number),
  strides: axes.map((axis) => view.strides[axis] as number),
});

const isRowMajor = ({shape, strides}: Strided): boolean => {
  const expected = rowMajor(shape);
  return shape.every((length, axis) => length === 1 || strides[axis] === expected[axis]) || sizeOf(shape) === 0;
};

/** The elements in row-major order; a part of the same memory where they already lie so, else a copy. */
export function contiguous(view: Strided): NDArray {
  const {dtype, data, shape, offset} = view;
  if (!isRowMajor(view)) return copied(view);
  const [from, count] = [offset * widthOf(dtype), sizeOf(shape) * widthOf(dtype)];
  if (from === 0 && data.length === count) return {dtype, shape, data};
  return {dtype, shape, data: ArrayBuffer.isView(data) ? data.subarray(from, from + count) : data.slice(from, from + count)};
}

function copied(view: Strided): NDArray {
  const {dtype, shape} = view;
  // A complex number moves as one: as a bigger element of the same bytes it would need alignment, so its parts are an axis of their own.
  const parts = isComplex(dtype) ? withParts(view) : view;
  const into = allocate(dtype, sizeOf(shape)) as Float64Array;
  const data = view.data as Float64Array;
  let at = 0;
  forEachRow(parts.shape, [parts], ([start = 0], [step = 0], length) => {
    if (step === 1 && length > shortRow && ArrayBuffer.isView(data)) into.set(data.subarray(start, start + length), at);
    else for (let i = 0; i < length; i++) into[at + i] = data[start + i * step] as number;
    at += length;
  });
  return {dtype, shape, data: into};
}

const withParts = (view: Strided): Strided => ({
  ...view,
  shape: [...view.shape, 2],
  strides: [...view.strides.map((stride) => 2 * stride), 1],
  offset: 2 * view.offset,
});

/** Below this many elements a loop is faster than a call of `set`. */
const shortRow = 16;

type Places = Pick<Strided, 'strides' | 'offset'>;

/**
 * Visits the elements of several arrays of one shape in row-major order, a row at a time: where the row starts in each, its step in each, its length.
 *
 * Axes that lie behind each other in all of the arrays count as one, so that rows are as long as they can be. The lists given to `visit` are reused.
 */
export function forEachRow(
  shape: readonly number[],
  arrays: readonly Places[],
  visit: (starts: readonly number[], steps: readonly number[], length: number) => void,
): void {
  if (sizeOf(shape) === 0) return;
  const {lengths, strides} = joinAxes(shape, arrays);
  const last = lengths.length - 1;
  const [rowLength, steps] = [lengths[last] as number, strides.map((own) => own[last] as number)];
  const starts = arrays.map(({offset}) => offset);
  const index = lengths.map(() => 0);
  for (;;) {
    visit(starts, steps, rowLength);
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      const length = lengths[axis] as number;
      const next = (index[axis] as number) + 1;
      if (next < length) {
        index[axis] = next;
        for (let k = 0; k < starts.length; k++) starts[k] = (starts[k] as number) + ((strides[k] as number[])[axis] as number);
        break;
      }
      index[axis] = 0;
      for (let k = 0; k < starts.length; k++) starts[k] = (starts[k] as number) - (length - 1) * ((strides[k] as number[])[axis] as number);
    }
    if (axis < 0) return;
  }
}

function joinAxes(shape: readonly number[], arrays: readonly Places[]): {lengths: number[]; strides: number[][]} {
  const lengths: number[] = [];
  const strides: number[][] = arrays.map(() => []);
  for (const [axis, length] of shape.entries()) {
    if (length === 1) continue;
    const last = lengths.length - 1;
    const joins = last >= 0 && arrays.every((array, k) => strides[k]?.[last] === (array.strides[axis] as number) * length);
    const at = joins ? last : last + 1;
    lengths[at] = joins ? (lengths[last] as number) * length : length;
    for (const [k, array] of arrays.entries()) (strides[k] as number[])[at] = array.strides[axis] as number;
  }
  return lengths.length > 0 ? {lengths, strides} : {lengths: [1], strides: arrays.map(() => [0])};
}

/** Copies a row of real numbers of any type into float64 memory. */
export function gather(data: Strided['data'], start: number, step: number, length: number, into: Float64Array, at = 0): void {
  const numbers = data as Float64Array;
  if (step === 0) into.fill(Number(numbers[start]), at, at + length);
  else if (step === 1 && length > shortRow && !isBigArray(data)) into.set(numbers.subarray(start, start + length), at);
  else for (let i = 0; i < length; i++) into[at + i] = Number(numbers[start + i * step]);
}

const isBigArray = (data: Strided['data']): boolean => data instanceof BigInt64Array || data instanceof BigUint64Array;

/** All elements as float64 in row-major order: the same memory where they are that already. */
export function toFloat64(view: Strided): Float64Array {
  if (view.dtype === 'float64') return contiguous(view).data as Float64Array;
  const into = new Float64Array(sizeOf(view.shape));
  let at = 0;
  forEachRow(view.shape, [view], ([start = 0], [step = 0], length) => {
    gather(view.data, start, step, length, into, at);
    at += length;
  });
  return into;
}

/** The elements in another type; complex numbers only become other complex numbers, and texts stay texts. */
export function convert(view: Strided, dtype: DType): Strided {
  if (view.dtype === dtype) return view;
  if (view.dtype === 'string' || dtype === 'string') throw new TypeError(`An array of ${view.dtype} cannot become one of ${dtype}.`);
  if (isComplex(view.dtype) && !isComplex(dtype)) {
    throw new TypeError(`Complex numbers cannot become ${dtype}; take .abs(), .real() or .imag().`);
  }
  const {data, shape} = contiguous(view);
  if (isComplex(view.dtype)) return viewOf({dtype, shape, data: new (arrayTypeOf(dtype))(data as never)});
  const into = allocate(dtype, sizeOf(shape)) as Float64Array & BigInt64Array;
  const from = data as Float64Array;
  if (isBig(dtype)) {
    const toBig = isBig(view.dtype) ? (value: number) => value as unknown as bigint : (value: number) => BigInt(Math.trunc(value));
    for (let i = 0; i < from.length; i++) into[i] = toBig(from[i] as number) as never;
  } else if (isComplex(dtype)) for (let i = 0; i < from.length; i++) into[2 * i] = Number(from[i]) as never;
  else if (dtype === 'bool') for (let i = 0; i < from.length; i++) into[i] = Number(Number(from[i]) !== 0) as never;
  else for (let i = 0; i < from.length; i++) into[i] = Number(from[i]) as never;
  return viewOf({dtype, shape, data: into});
}

/** Converts the elements that are there, not those that broadcasting repeats. */
export function convertRepeated(view: Strided, dtype: DType): Strided {
  if (view.dtype === dtype) return view;
  const shape = view.shape.map((length, axis) => (view.strides[axis] === 0 ? Math.min(1, length) : length));
  const converted = convert({...view, shape}, dtype);
  return {
    ...converted,
    shape: view.shape,
    strides: view.strides.map((stride, axis) => (stride === 0 ? 0 : (converted.strides[axis] as number))),
  };
}
