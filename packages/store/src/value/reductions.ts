import {arrayTypeOf, type DType, type NDArray, sizeOf} from '@firstlight/core';
import {isComplexArray, toFloat64} from './numbers.ts';

type Reduce = (values: Float64Array) => number;
type ResultType = 'real' | 'same' | 'sum' | 'int64' | 'bool';

const total: Reduce = (values) => {
  // Neumaier's sum: numpy adds in pairs, we carry the rounding error along; both are exact to the last digit in practice.
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return Number.isFinite(sum) ? sum + lost : sum;
};
const mean: Reduce = (values) => total(values) / values.length;
const variance: Reduce = (values) => {
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
};
const anyNaN = (values: Float64Array): boolean => values.some(Number.isNaN);
const minimum: Reduce = (values) => (anyNaN(values) || values.length === 0 ? Number.NaN : values.reduce((a, b) => Math.min(a, b)));
const maximum: Reduce = (values) => (anyNaN(values) || values.length === 0 ? Number.NaN : values.reduce((a, b) => Math.max(a, b)));
const median: Reduce = (values) => {
  if (anyNaN(values) || values.length === 0) return Number.NaN;
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
};
const product: Reduce = (values) => values.reduce((a, b) => a * b, 1);

/** The numpy functions that `summary` may name, and the type of what they return. */
const reductions: Readonly<Record<string, {reduce: Reduce; result: ResultType; needsData?: boolean}>> = {
  mean: {reduce: mean, result: 'real'},
  average: {reduce: mean, result: 'real'},
  median: {reduce: median, result: 'real'},
  std: {reduce: (values) => Math.sqrt(variance(values)), result: 'real'},
  var: {reduce: variance, result: 'real'},
  sum: {reduce: total, result: 'sum'},
  prod: {reduce: product, result: 'sum'},
  min: {reduce: minimum, result: 'same', needsData: true},
  amin: {reduce: minimum, result: 'same', needsData: true},
  max: {reduce: maximum, result: 'same', needsData: true},
  amax: {reduce: maximum, result: 'same', needsData: true},
  ptp: {reduce: (values) => maximum(values) - minimum(values), result: 'same', needsData: true},
  argmin: {reduce: (values) => values.indexOf(minimum(values)), result: 'int64', needsData: true},
  argmax: {reduce: (values) => values.indexOf(maximum(values)), result: 'int64', needsData: true},
  size: {reduce: (values) => values.length, result: 'int64'},
  count_nonzero: {reduce: (values) => values.filter((value) => value !== 0).length, result: 'int64'},
  any: {reduce: (values) => Number(values.some((value) => value !== 0)), result: 'bool'},
  all: {reduce: (values) => Number(values.every((value) => value !== 0)), result: 'bool'},
};
const nanMethods = new Set(['mean', 'median', 'std', 'var', 'sum', 'prod', 'min', 'max']);

/**
 * Reduces an array to one number as the numpy function of that name does; undefined when there is no such function here or it has no answer.
 *
 * @param skipNaN what xarray's objects do for most functions; the `nan…` functions always do.
 */
export function reduceBy(method: string, array: NDArray, {skipNaN = false}: {skipNaN?: boolean} = {}): NDArray | undefined {
  const base = method.startsWith('nan') && nanMethods.has(method.slice(3)) ? method.slice(3) : method;
  const reduction = reductions[base];
  if (!reduction || isComplexArray(array) || array.dtype === 'string') return undefined;
  const all = toFloat64(array);
  const values = base !== method || (skipNaN && nanMethods.has(base)) ? all.filter((value) => !Number.isNaN(value)) : all;
  if (reduction.needsData && sizeOf(array.shape) === 0) return undefined;
  return scalar(resultType(reduction.result, array.dtype), reduction.reduce(values));
}

function resultType(result: ResultType, dtype: DType): DType {
  if (result === 'int64' || result === 'bool') return result;
  if (dtype.startsWith('float')) return dtype;
  if (result === 'real') return 'float64';
  if (result === 'same') return dtype;
  return dtype.startsWith('uint') ? 'uint64' : 'int64';
}

function scalar(dtype: DType, value: number): NDArray | undefined {
  const arrayType = arrayTypeOf(dtype as Exclude<DType, 'string'>);
  if (arrayType !== BigInt64Array && arrayType !== BigUint64Array)
    return {dtype, shape: [], data: (arrayType as Float64ArrayConstructor).of(value)};
  return Number.isFinite(value) ? {dtype, shape: [], data: arrayType.of(BigInt(value))} : undefined;
}
