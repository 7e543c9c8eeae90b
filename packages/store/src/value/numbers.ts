import type {NDArray} from '@firstlight/core';

/** Tells whether an array holds complex numbers (interleaved parts). */
export const isComplexArray = ({dtype}: Pick<NDArray, 'dtype'>): boolean => dtype === 'complex64' || dtype === 'complex128';

/** The elements as float64: of complex numbers the real part, booleans as 0 and 1, 64-bit integers rounded, strings as NaN. */
export function toFloat64(array: NDArray): Float64Array {
  const {data} = array;
  if (isComplexArray(array)) return Float64Array.from({length: data.length / 2}, (_, i) => data[2 * i] as number);
  return data instanceof Float64Array ? data : Float64Array.from(data as ArrayLike<number | bigint | string>, Number);
}

/** The elements as sizes: of complex numbers the absolute value, of anything else the value itself. */
export function toMagnitudes(array: NDArray): Float64Array {
  const {data} = array;
  if (!isComplexArray(array)) return toFloat64(array);
  return Float64Array.from({length: data.length / 2}, (_, i) => Math.hypot(data[2 * i] as number, data[2 * i + 1] as number));
}

/** `(3, 4)`, `(5,)` or `()`, as Python writes a shape. */
export const shapeText = (shape: readonly number[]): string => (shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`);

const mostSorted = 1_000_000;

/**
 * The values below which the fractions of the sorted data lie, interpolated as numpy does; NaN is left out, no data give NaN.
 *
 * Of more than a million values only a regular selection of about a million is sorted: good enough for colour limits.
 */
export function quantiles(values: Float64Array, fractions: readonly number[]): number[] {
  const step = Math.max(1, Math.ceil(values.length / mostSorted));
  const sample = step === 1 ? values : Float64Array.from({length: Math.ceil(values.length / step)}, (_, i) => values[i * step] as number);
  const sorted = sample.filter((value) => !Number.isNaN(value)).sort();
  return fractions.map((fraction) => {
    const position = fraction * (sorted.length - 1);
    const below = sorted[Math.floor(position)] ?? Number.NaN;
    const above = sorted[Math.ceil(position)] ?? Number.NaN;
    return below === above ? below : below + (above - below) * (position - Math.floor(position));
  });
}

/**
 * The spread of the data, nan-maximum minus nan-minimum, as float64; undefined for booleans, strings and single values, NaN when all are NaN.
 *
 * Complex numbers are ordered by real, then imaginary part, and their spread is the distance of the two ends.
 */
export function spread(array: NDArray): number | undefined {
  const {dtype, data} = array;
  if (dtype === 'bool' || dtype === 'string' || data.length <= (isComplexArray(array) ? 2 : 1)) return undefined;
  if (isComplexArray(array)) return complexSpread(data as Float64Array);
  let [lowest, highest] = [undefined, undefined] as [number | bigint | undefined, number | bigint | undefined];
  for (const value of data as Float64Array | BigInt64Array) {
    if (Number.isNaN(value)) continue;
    if (lowest === undefined || value < lowest) lowest = value;
    if (highest === undefined || value > highest) highest = value;
  }
  if (lowest === undefined || highest === undefined) return Number.NaN;
  return typeof highest === 'bigint' ? Number(highest - (lowest as bigint)) : highest - (lowest as number);
}

function complexSpread(parts: Float64Array): number {
  const after = (a: number, b: number): boolean => {
    const [realA, realB] = [parts[2 * a] as number, parts[2 * b] as number];
    return realA === realB ? (parts[2 * a + 1] as number) > (parts[2 * b + 1] as number) : realA > realB;
  };
  const known = Array.from({length: parts.length / 2}, (_, i) => i).filter(
    (i) => !Number.isNaN((parts[2 * i] as number) + (parts[2 * i + 1] as number)),
  );
  if (known.length === 0) return Number.NaN;
  const highest = known.reduce((best, i) => (after(i, best) ? i : best));
  const lowest = known.reduce((best, i) => (after(best, i) ? i : best));
  return Math.hypot(
    (parts[2 * highest] as number) - (parts[2 * lowest] as number),
    (parts[2 * highest + 1] as number) - (parts[2 * lowest + 1] as number),
  );
}
