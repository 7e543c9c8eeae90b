import type {NDArray} from '@firstlight/core';

/** Tells whether something is an array with a shape, or a labelled array. */
export const isWithArray = (value: object): boolean =>
  ('kind' in value && value.kind === 'DataArray') || ('dtype' in value && 'shape' in value && 'data' in value);

/** The elements as lists in lists; booleans as true and false. @throws TypeError for complex numbers. */
export function nested({dtype, shape, data}: NDArray): unknown[] {
  if (dtype.startsWith('complex')) throw new TypeError('A figure cannot show complex numbers; take .abs(), .real() or .imag().');
  const elements = Array.from(data as ArrayLike<unknown>, (element) => (dtype === 'bool' ? element === 1 : element));
  // From the innermost axis outwards, each step gathers the lists of one axis.
  return shape.slice(1).reduceRight<unknown[]>((parts, length) => {
    return Array.from({length: length === 0 ? 0 : parts.length / length}, (_, i) => parts.slice(i * length, (i + 1) * length));
  }, elements);
}
