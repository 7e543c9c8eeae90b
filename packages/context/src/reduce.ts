import type {DataArray, NDArray, TypedArray} from '@firstlight/core';

/** What can be reduced to one number. */
export type Numbers = TypedArray | readonly number[] | NDArray | DataArray;

type Elements = ArrayLike<number | bigint>;

function elementsOf(numbers: Numbers): Elements {
  if (ArrayBuffer.isView(numbers) || Array.isArray(numbers)) return numbers as Elements;
  const array = 'kind' in numbers ? numbers.array : (numbers as NDArray);
  if (array.dtype === 'string' || array.dtype === 'complex64' || array.dtype === 'complex128') {
    throw new TypeError(`An array of ${array.dtype} cannot be reduced to one number.`);
  }
  return array.data as Elements;
}

function withoutNaN(numbers: Numbers): number[] {
  const elements = elementsOf(numbers);
  const kept: number[] = [];
  for (let i = 0; i < elements.length; i++) {
    const value = Number(elements[i]);
    if (!Number.isNaN(value)) kept.push(value);
  }
  return kept;
}

/** The sum; 0 of nothing. NaN if there is one. */
export function sum(numbers: Numbers): number {
  const elements = elementsOf(numbers);
  let total = 0;
  for (let i = 0; i < elements.length; i++) total += Number(elements[i]);
  return total;
}

/** The arithmetic mean; NaN of nothing, or if there is a NaN. */
export const mean = (numbers: Numbers): number => sum(numbers) / elementsOf(numbers).length;

/** The variance of the population (divided by n, as numpy does); NaN of nothing, or if there is a NaN. */
export function variance(numbers: Numbers): number {
  const elements = elementsOf(numbers);
  const centre = mean(numbers);
  let squares = 0;
  for (let i = 0; i < elements.length; i++) squares += (Number(elements[i]) - centre) ** 2;
  return squares / elements.length;
}

/** The standard deviation of the population (divided by n, as numpy does). */
export const std = (numbers: Numbers): number => Math.sqrt(variance(numbers));

function extreme(numbers: Numbers, isBetter: (value: number, best: number) => boolean): number {
  const elements = elementsOf(numbers);
  if (elements.length === 0) throw new RangeError('An array without elements has neither minimum nor maximum.');
  let best = Number(elements[0]);
  for (let i = 1; i < elements.length; i++) {
    const value = Number(elements[i]);
    if (Number.isNaN(value)) return value;
    if (isBetter(value, best)) best = value;
  }
  return best;
}

/** The smallest number; NaN if there is one. @throws RangeError when there is none. */
export const min = (numbers: Numbers): number => extreme(numbers, (value, best) => value < best);

/** The largest number; NaN if there is one. @throws RangeError when there is none. */
export const max = (numbers: Numbers): number => extreme(numbers, (value, best) => value > best);

/** The middle of the sorted numbers; NaN of nothing, or if there is a NaN. */
export function median(numbers: Numbers): number {
  const sorted = Float64Array.from(elementsOf(numbers), Number).sort();
  const last = sorted.at(-1);
  if (last === undefined || Number.isNaN(last)) return Number.NaN;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** The mean of the numbers that are not NaN; NaN if there are none. */
export const nanmean = (numbers: Numbers): number => mean(withoutNaN(numbers));
/** The sum of the numbers that are not NaN. */
export const nansum = (numbers: Numbers): number => sum(withoutNaN(numbers));
/** The standard deviation of the numbers that are not NaN; NaN if there are none. */
export const nanstd = (numbers: Numbers): number => std(withoutNaN(numbers));
/** The smallest number that is not NaN. @throws RangeError when there is none. */
export const nanmin = (numbers: Numbers): number => min(withoutNaN(numbers));
/** The largest number that is not NaN. @throws RangeError when there is none. */
export const nanmax = (numbers: Numbers): number => max(withoutNaN(numbers));
/** The median of the numbers that are not NaN; NaN if there are none. */
export const nanmedian = (numbers: Numbers): number => median(withoutNaN(numbers));
