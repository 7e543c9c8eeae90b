import type {DType, NDArray, TypedArray} from '../array.ts';
import {arrayTypeOf, sizeOf} from '../array.ts';

/** A number as the typed arrays of `dtype` hold it, or a text. */
export type Element = number | bigint | string;

export const isComplex = (dtype: DType): boolean => dtype === 'complex64' || dtype === 'complex128';
export const isFloat = (dtype: DType): boolean => dtype.startsWith('float');
/** 64-bit integers: what JavaScript holds as bigint. */
export const isBig = (dtype: DType): boolean => dtype === 'int64' || dtype === 'uint64';
/** How many numbers of the typed array make one element. */
export const widthOf = (dtype: DType): number => (isComplex(dtype) ? 2 : 1);

/** Refuses what an operation has no meaning for, in words. */
export function requireReal(dtype: DType, operation: string): void {
  if (dtype === 'string') throw new TypeError(`${operation} has no meaning for texts; the array holds strings.`);
  if (isComplex(dtype)) throw new TypeError(`${operation} has no meaning for complex numbers; take .abs(), .real() or .imag() first.`);
}

/** New memory for elements, zero or empty text. */
export const allocate = (dtype: DType, count: number): TypedArray | string[] =>
  dtype === 'string' ? Array.from({length: count}, () => '') : new (arrayTypeOf(dtype))(count * widthOf(dtype));

/** Numbers as an array of any type without text; to 64-bit integers they must be whole. */
export function fromFloat64(values: Float64Array, shape: readonly number[], dtype: DType): NDArray {
  if (dtype === 'float64') return {dtype, shape, data: values};
  if (isBig(dtype)) return {dtype, shape, data: (dtype === 'int64' ? BigInt64Array : BigUint64Array).from(Array.from(values, BigInt))};
  const data = allocate(dtype, sizeOf(shape)) as Float32Array;
  if (isComplex(dtype)) values.forEach((value, i) => (data[2 * i] = value));
  else if (dtype === 'bool') values.forEach((value, i) => (data[i] = Number(value !== 0)));
  else data.set(values);
  return {dtype, shape, data};
}

const bitsOf = (dtype: DType): number => (dtype === 'bool' ? 1 : Number(/\d+$/.exec(dtype)?.[0]));
const isSigned = (dtype: DType): boolean => dtype.startsWith('int');

/**
 * The type of the result of arithmetic.
 *
 * Floats stay as narrow as numpy keeps them. Integers of up to 32 bits and booleans give float64, so that nothing ever wraps around (numpy's uint16 does,
 * below zero); 64-bit integers stay exact among themselves.
 */
export function arithmeticType(a: DType, b: DType): DType {
  if (isComplex(a) || isComplex(b)) return [a, b].every(fitsFloat32) ? 'complex64' : 'complex128';
  if (isFloat(a) || isFloat(b)) return floatType(a, b);
  if (!isBig(a) && !isBig(b)) return 'float64';
  if (a === b) return a;
  const [big, other] = isBig(a) ? [a, b] : [b, a];
  if (big === 'int64') return other === 'uint64' ? 'float64' : 'int64';
  return isSigned(other) ? 'float64' : 'uint64';
}

const fitsFloat32 = (dtype: DType): boolean =>
  dtype === 'complex64' || (dtype !== 'complex128' && bitsOf(dtype) <= (isFloat(dtype) ? 32 : 16));

function floatType(a: DType, b: DType): DType {
  const needed = (dtype: DType): number => {
    const bits = bitsOf(dtype);
    if (isFloat(dtype)) return bits;
    if (bits <= 8) return 16;
    return bits <= 16 ? 32 : 64;
  };
  return `float${Math.max(needed(a), needed(b))}` as DType;
}

/** The type that holds the elements of both arrays side by side, as numpy's concatenation. */
export function commonType(a: DType, b: DType): DType {
  if (a === b) return a;
  if (a === 'string' || b === 'string') throw new TypeError('Texts and numbers cannot be put into one array.');
  if (isFloat(a) || isFloat(b) || isComplex(a) || isComplex(b)) return arithmeticType(a, b);
  if (a === 'bool') return b;
  if (b === 'bool') return a;
  if (isSigned(a) === isSigned(b)) return bitsOf(a) >= bitsOf(b) ? a : b;
  const [signed, unsigned] = isSigned(a) ? [a, b] : [b, a];
  if (bitsOf(signed) > bitsOf(unsigned)) return signed;
  return unsigned === 'uint64' ? 'float64' : (`int${2 * bitsOf(unsigned)}` as DType);
}

/** The float type in which functions of an array (mean, sqrt, …) are given. */
export const floatTypeOf = (dtype: DType): DType => (isFloat(dtype) ? dtype : 'float64');
