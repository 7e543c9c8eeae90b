/** Element types of our arrays. `bool` and `complex64/128` have no typed array of their own: see `NDArray`. */
export type DType =
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float16'
  | 'float32'
  | 'float64'
  | 'bool'
  | 'complex64'
  | 'complex128'
  | 'string';

export type TypedArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float16Array
  | Float32Array
  | Float64Array;

/**
 * A row-major (C order) array.
 *
 * `data` is the typed array that matches `dtype`; `bool` is held as a `Uint8Array` of 0 and 1, `complex64`/`complex128` as a `Float32Array`/`Float64Array`
 * of interleaved real and imaginary parts (length 2 × product of shape), `string` as a plain array of strings. A shape of `[]` is a scalar of length 1.
 */
export interface NDArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TypedArray | readonly string[];
}

/** A complex number. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** The number of elements of a shape: `sizeOf([2, 3])` is 6, of a scalar 1. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

const constructors = {
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float16: Float16Array,
  float32: Float32Array,
  float64: Float64Array,
  bool: Uint8Array,
  complex64: Float32Array,
  complex128: Float64Array,
} as const;

/** The typed array class that holds a dtype (see `NDArray` for bool and complex). */
export const arrayTypeOf = <D extends Exclude<DType, 'string'>>(dtype: D): (typeof constructors)[D] => constructors[dtype];
