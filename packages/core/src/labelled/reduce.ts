import type {DType} from '../array.ts';
import {sizeOf} from '../array.ts';
import {complexPart, joinParts, wholeNaN} from './complex.ts';
import {fromFloat64, isBig, isComplex, floatTypeOf, requireReal} from './elements.ts';
import {exactExtreme, exactSum} from './reduce-exact.ts';
import {rowsOf} from './rows.ts';
import type {Strided} from './strided.ts';
import {forEachRow, gather, rowMajor, viewOf} from './strided.ts';

export type ReductionName = 'mean' | 'sum' | 'std' | 'var' | 'min' | 'max' | 'median' | 'count' | 'argmax' | 'argmin' | 'any' | 'all';

export interface ReductionOptions {
  /** False: a NaN makes the result NaN. Default: NaN is left out. */
  readonly skipNaN?: boolean;
  /** For `std` and `var`: what is taken off the number of values before it divides. Default 0, as numpy and xarray. */
  readonly ddof?: number;
}

/** Reduces an array along some of its axes; the others remain in their order. Numbers are added up as float64, integers exactly. */
export function reduce(name: ReductionName, view: Strided, axes: readonly number[], options: ReductionOptions = {}): Strided {
  if (name === 'count') return countKnown(view, axes);
  if (isComplex(view.dtype) && (name === 'sum' || name === 'mean')) {
    const skip = options.skipNaN ?? true;
    const [re, im] = (['real', 'imag'] as const).map((part) =>
      reduce(name, complexPart(part, skip ? wholeNaN(view) : view), axes, options),
    );
    return joinParts(re as Strided, im as Strided, view.dtype);
  }
  requireReal(view.dtype, `"${name}"`);
  const places = resultPlaces(view, axes);
  const count = sizeOf(axes.map((axis) => view.shape[axis] as number));
  const {dtype} = view;
  const skip = options.skipNaN ?? true;
  if (['min', 'max', 'argmin', 'argmax'].includes(name) && count === 0 && sizeOf(places.shape) > 0) {
    throw new RangeError(`"${name}" of no values has no answer: one of the dimensions is empty.`);
  }
  const result = (values: Float64Array, type: DType) => viewOf(fromFloat64(values, places.shape, type));
  switch (name) {
    case 'sum':
      if (!dtype.startsWith('float')) return exactSum(view, places, count);
      return result(sums(view, places, skip).sums, dtype);
    case 'mean':
      return result(means(view, places, skip).means, floatTypeOf(dtype));
    case 'std':
    case 'var':
      return result(variances(view, places, skip, {ddof: options.ddof ?? 0, isRoot: name === 'std'}), floatTypeOf(dtype));
    case 'min':
    case 'max':
      return isBig(dtype) ? exactExtreme(name, view, places) : result(extremes(name, view, places, skip), dtype);
    case 'any':
    case 'all':
      return result(truths(name, view, places), 'bool');
    case 'median':
      return result(
        rowResults(view, axes, (row) => medianOf(row, skip)),
        floatTypeOf(dtype),
      );
    default:
      return result(
        rowResults(view, axes, (row) => placeOfExtreme(row, name === 'argmax', skip)),
        'int64',
      );
  }
}

/** Where each element of the input goes in the result: steps of 0 along what is reduced. Axes in the order of the memory. */
export interface Places {
  readonly shape: readonly number[];
  readonly input: Strided;
  readonly output: {readonly strides: readonly number[]; readonly offset: number};
}

function resultPlaces(view: Strided, axes: readonly number[]): Places {
  const kept = [...view.shape.keys()].filter((axis) => !axes.includes(axis));
  const shape = kept.map((axis) => view.shape[axis] as number);
  const own = rowMajor(shape);
  const order = [...view.shape.keys()].sort((a, b) => Math.abs(view.strides[b] as number) - Math.abs(view.strides[a] as number));
  const input = {
    ...view,
    shape: order.map((axis) => view.shape[axis] as number),
    strides: order.map((axis) => view.strides[axis] as number),
  };
  const strides = order.map((axis) => (kept.includes(axis) ? (own[kept.indexOf(axis)] as number) : 0));
  return {shape, input, output: {strides, offset: 0}};
}

const blockSize = 4096;

/** Visits the input as blocks of float64, each with where its results go. */
function forEachBlock({input, output}: Places, visit: (block: Float64Array, count: number, at: number, step: number) => void): void {
  const block = new Float64Array(blockSize);
  forEachRow(input.shape, [input, output], ([start = 0, at = 0], [step = 0, outStep = 0], length) => {
    for (let done = 0; done < length; done += blockSize) {
      const count = Math.min(blockSize, length - done);
      gather(input.data, start + done * step, step, count, block);
      visit(block, count, at + done * outStep, outStep);
    }
  });
}

function sums({dtype}: Strided, places: Places, skip: boolean): {sums: Float64Array; counts: Float64Array} {
  const size = sizeOf(places.shape);
  const [sums, counts] = [new Float64Array(size), new Float64Array(size)];
  const mustLook = skip && dtype.startsWith('float');
  forEachBlock(places, (block, count, at, step) => {
    if (step === 0) {
      let [sum, known] = [0, 0];
      for (let i = 0; i < count; i++) {
        const value = block[i] as number;
        if (mustLook && Number.isNaN(value)) continue;
        sum += value;
        known++;
      }
      sums[at] = (sums[at] as number) + sum;
      counts[at] = (counts[at] as number) + known;
      return;
    }
    for (let i = 0; i < count; i++) {
      const value = block[i] as number;
      if (mustLook && Number.isNaN(value)) continue;
      const to = at + i * step;
      sums[to] = (sums[to] as number) + value;
      counts[to] = (counts[to] as number) + 1;
    }
  });
  return {sums, counts};
}

function means(view: Strided, places: Places, skip: boolean): {means: Float64Array; counts: Float64Array} {
  const {sums: totals, counts} = sums(view, places, skip);
  return {means: totals.map((sum, i) => sum / (counts[i] as number)), counts};
}

function variances(view: Strided, places: Places, skip: boolean, {ddof, isRoot}: {ddof: number; isRoot: boolean}): Float64Array {
  const {means: centres, counts} = means(view, places, skip);
  const squares = new Float64Array(centres.length);
  forEachBlock(places, (block, count, at, step) => {
    for (let i = 0; i < count; i++) {
      const value = block[i] as number;
      if (skip && Number.isNaN(value)) continue;
      const to = at + i * step;
      squares[to] = (squares[to] as number) + (value - (centres[to] as number)) ** 2;
    }
  });
  return squares.map((sum, i) => {
    const degrees = (counts[i] as number) - ddof;
    const variance = degrees > 0 ? sum / degrees : Number.NaN;
    return isRoot ? Math.sqrt(variance) : variance;
  });
}

function extremes(name: 'min' | 'max', {shape}: Strided, places: Places, skip: boolean): Float64Array {
  const size = sizeOf(places.shape);
  const sign = name === 'max' ? 1 : -1;
  const best = new Float64Array(size).fill(Number.NEGATIVE_INFINITY);
  const known = new Float64Array(size);
  forEachBlock(places, (block, count, at, step) => {
    for (let i = 0; i < count; i++) {
      const value = sign * (block[i] as number);
      if (Number.isNaN(value)) continue;
      const to = at + i * step;
      if (value > (best[to] as number)) best[to] = value;
      known[to] = (known[to] as number) + 1;
    }
  });
  const needed = skip ? 1 : sizeOf(shape) / size;
  return best.map((value, i) => ((known[i] as number) < needed ? Number.NaN : sign * value));
}

function truths(name: 'any' | 'all', _: Strided, places: Places): Float64Array {
  const found = new Float64Array(sizeOf(places.shape)).fill(name === 'all' ? 1 : 0);
  forEachBlock(places, (block, count, at, step) => {
    for (let i = 0; i < count; i++) {
      const isTrue = block[i] !== 0;
      if (isTrue === (name === 'any')) found[at + i * step] = Number(isTrue);
    }
  });
  return found;
}

function countKnown(view: Strided, axes: readonly number[]): Strided {
  const places = resultPlaces(view, axes);
  const size = sizeOf(places.shape);
  if (!view.dtype.startsWith('float')) {
    if (isComplex(view.dtype)) return countKnown(complexPart('abs', view), axes);
    return viewOf(fromFloat64(new Float64Array(size).fill(size === 0 ? 0 : sizeOf(view.shape) / size), places.shape, 'int64'));
  }
  return viewOf(fromFloat64(sums(view, places, true).counts, places.shape, 'int64'));
}

function rowResults(view: Strided, axes: readonly number[], resultOf: (row: Float64Array) => number): Float64Array {
  const results: number[] = [];
  rowsOf(view, axes, (row) => results.push(resultOf(row)));
  return Float64Array.from(results);
}

function medianOf(row: Float64Array, skip: boolean): number {
  const known = row.filter((value) => !Number.isNaN(value)).sort();
  if (known.length === 0 || (!skip && known.length < row.length)) return Number.NaN;
  const middle = known.length >> 1;
  return known.length % 2 === 1 ? (known[middle] as number) : ((known[middle - 1] as number) + (known[middle] as number)) / 2;
}

function placeOfExtreme(row: Float64Array, isMax: boolean, skip: boolean): number {
  let best = -1;
  for (let i = 0; i < row.length; i++) {
    const value = row[i] as number;
    if (Number.isNaN(value)) {
      if (skip) continue;
      return i;
    }
    const current = row[best] as number;
    if (best < 0 || (isMax ? value > current : value < current)) best = i;
  }
  if (best < 0) throw new RangeError('The place of an extreme of nothing but NaN has no answer; .fillNaN(…) or .where(…) first.');
  return best;
}
