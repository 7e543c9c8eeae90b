import {FirstlightError, type NDArray, sizeOf} from '@firstlight/core';
import {isComplex, type Scalar, type Value} from './model.ts';
import {shapeText} from './numbers.ts';

const smallestInt64 = -(2n ** 63n);
const largestInt64 = 2n ** 63n - 1n;
const largestUint64 = 2n ** 64n - 1n;

/** A number, bigint, boolean or complex number as an array of shape `[]` with the dtype it is stored in. */
export function scalarArray(value: Exclude<Scalar, string>): NDArray {
  if (typeof value === 'number') return {dtype: 'float64', shape: [], data: Float64Array.of(value)};
  if (typeof value === 'boolean') return {dtype: 'bool', shape: [], data: Uint8Array.of(Number(value))};
  if (typeof value === 'bigint') return integer(value);
  const {re, im} = value;
  return {dtype: 'complex128', shape: [], data: Float64Array.of(re, im)};
}

function integer(value: bigint): NDArray {
  if (value >= smallestInt64 && value <= largestInt64) return {dtype: 'int64', shape: [], data: BigInt64Array.of(value)};
  if (value > 0n && value <= largestUint64) return {dtype: 'uint64', shape: [], data: BigUint64Array.of(value)};
  throw new FirstlightError(
    'value-not-storable',
    `The integer ${value} needs more than 64 bits and cannot be saved; return a number or a string.`,
  );
}

/** Text as HDF5 can hold it; a NUL character would end it early and is refused. */
export function storableText(text: string): string {
  if (text.includes('\0')) throw new FirstlightError('value-not-storable', 'A string with a NUL character cannot be saved.');
  return text.toWellFormed();
}

/** Text that must be kept whatever it holds (an error message): a NUL becomes its visible sign. */
export const harmlessText = (text: string): string => text.toWellFormed().replaceAll('\0', '␀');

/** Tells whether a value is a number or a boolean of any kind. */
export const isNumericScalar = (value: Value): value is Exclude<Scalar, string> =>
  typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' || isComplex(value);

/** Checks that an array fits its shape and is not made of strings (only labelled arrays may be). */
export function checkArray(array: NDArray, {stringsAllowed = false}: {stringsAllowed?: boolean} = {}): NDArray {
  const parts = array.dtype.startsWith('complex') ? 2 : 1;
  if (array.data.length !== sizeOf(array.shape) * parts) {
    throw new FirstlightError(
      'value-not-storable',
      `An array of shape ${shapeText(array.shape)} has ${array.data.length} elements; they do not fit together.`,
    );
  }
  if (array.dtype === 'string' && array.shape.length > 0 && !stringsAllowed) {
    throw new FirstlightError('value-not-storable', 'An array of strings cannot be saved; join them, or return a DataArray.');
  }
  return array;
}
