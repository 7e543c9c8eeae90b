import {arrayTypeOf, FirstlightError, sizeOf} from '@firstlight/core';
import type {Complex, DType, NDArray, TypedArray} from '@firstlight/core';
import type {Id, Memory} from './calls.ts';
import {checked} from './failure.ts';
import {h5} from './library.ts';
import {fixedStringType, typeOf} from './memory-types.ts';
import {fixedBytes, pointersTo} from './text.ts';

/**
 * What can be written.
 *
 * A number is stored as float64 and a bigint as int64 (uint64 when it needs to be) unless a dtype is given; a string as variable-length UTF-8, `fixedString` as
 * fixed-length (bytes as they are and marked ASCII, like h5py's `bytes`); null is an empty dataspace. For any other exact type use an NDArray, of shape `[]` for a scalar.
 */
export type Storable = number | bigint | boolean | string | Complex | NDArray | {readonly fixedString: string | Uint8Array} | null;

/** How to store strings and which type to store; the rest follows from the value. */
export interface StoreType {
  /** Store as this type; the library converts. */
  readonly dtype?: DType;
  /** Store strings with this many bytes each, null-padded, instead of variable-length. */
  readonly fixedLength?: number;
  /** Mark strings as ASCII. */
  readonly ascii?: boolean;
}

/** A value laid out for the library. */
export interface Stored {
  readonly shape: readonly number[] | null;
  readonly dtype: DType;
  /** The type in the file. */
  readonly fileType: Id;
  /** The type of `memory`. */
  readonly memoryType: Id;
  readonly memory: Memory;
  /** Keeps what `memory` points into alive; call it after the library has read the memory. */
  release(): void;
}

/** Lays a value out. Throws `hdf5-value` for one that does not fit its own shape or type. */
export function store(value: Storable, as: StoreType = {}): Stored {
  if (value === null) return plain({dtype: as.dtype ?? 'float64', shape: [], data: new Float64Array(1)}, as, null);
  if (typeof value === 'object' && 'fixedString' in value) return fixedScalar(value.fixedString, as);
  const array = toArray(value, as.dtype);
  return array.dtype === 'string' ? text(array, as) : plain(array, as, array.shape);
}

/** Any storable value but null as an array of shape `[]`, or the array it is. */
export function toArray(value: Exclude<Storable, null | {fixedString: unknown}>, dtype?: DType): NDArray {
  if (typeof value === 'number') return numberScalar(value, dtype);
  if (typeof value === 'bigint') return bigintScalar(value, dtype);
  if (typeof value === 'boolean') return {dtype: 'bool', shape: [], data: new Uint8Array([value ? 1 : 0])};
  if (typeof value === 'string') return {dtype: 'string', shape: [], data: [value]};
  if ('re' in value) return {dtype: 'complex128', shape: [], data: new Float64Array([value.re, value.im])};
  return checkedArray(value);
}

function numberScalar(value: number, dtype: DType = 'float64'): NDArray {
  if (dtype === 'int64' || dtype === 'uint64') return bigintScalar(exactly(value), dtype);
  if (dtype === 'string' || dtype === 'complex64' || dtype === 'complex128')
    return {dtype: 'float64', shape: [], data: new Float64Array([value])};
  return {dtype, shape: [], data: new (arrayTypeOf(dtype))([value] as never) as TypedArray};
}

function exactly(value: number): bigint {
  if (Number.isSafeInteger(value)) return BigInt(value);
  throw new FirstlightError('hdf5-value', `The number ${value} is not an exact 64-bit integer; give a bigint.`);
}

function bigintScalar(value: bigint, dtype?: DType): NDArray {
  const chosen = dtype ?? (value > 2n ** 63n - 1n ? 'uint64' : 'int64');
  if (chosen !== 'int64' && chosen !== 'uint64') return numberScalar(Number(value), chosen);
  const data = chosen === 'int64' ? new BigInt64Array([value]) : new BigUint64Array([value]);
  if (data[0] !== value) throw new FirstlightError('hdf5-value', `The integer ${value} does not fit 64 bits.`);
  return {dtype: chosen, shape: [], data};
}

function checkedArray(array: NDArray): NDArray {
  const expected = sizeOf(array.shape) * (array.dtype === 'complex64' || array.dtype === 'complex128' ? 2 : 1);
  if (array.data.length !== expected) {
    throw new FirstlightError(
      'hdf5-value',
      `An array of ${array.dtype} and shape [${array.shape.join(', ')}] needs ${expected} numbers, but has ${array.data.length}.`,
    );
  }
  const isList = Array.isArray(array.data);
  if (
    isList !== (array.dtype === 'string') ||
    (!isList && array.data.constructor !== arrayTypeOf(array.dtype as Exclude<DType, 'string'>))
  ) {
    throw new FirstlightError('hdf5-value', `An array of ${array.dtype} cannot hold its data in a ${array.data.constructor.name}.`);
  }
  return array;
}

function plain({dtype, data}: NDArray, as: StoreType, shape: readonly number[] | null): Stored {
  const fileType = as.dtype === undefined || as.dtype === 'string' ? dtype : as.dtype;
  return {shape, dtype: fileType, fileType: typeOf(fileType), memoryType: typeOf(dtype), memory: data as TypedArray, release() {}};
}

function text({shape, data}: NDArray, as: StoreType): Stored {
  const strings = data as readonly string[];
  if (as.fixedLength !== undefined)
    return fixed(fixedBytes(checkLengths(strings, as.fixedLength), as.fixedLength), as.fixedLength, shape, as.ascii ?? false);
  const {pointers, memory} = pointersTo(strings);
  const ascii = as.ascii ? asciiVariable() : undefined;
  const type = ascii ?? typeOf('string');
  return {
    shape,
    dtype: 'string',
    fileType: type,
    memoryType: type,
    memory: pointers,
    release() {
      // A reference to the memory from here keeps it until the library has copied it.
      memory.fill(0, 0, 1);
      if (ascii !== undefined) h5().H5Tclose(ascii);
    },
  };
}

function asciiVariable(): Id {
  const id = checked(h5().H5Tcopy(typeOf('string')), () => 'make a string type');
  h5().H5Tset_cset(id, 0);
  return id;
}

function checkLengths(strings: readonly string[], length: number): readonly string[] {
  const long = strings.find((text) => Buffer.byteLength(text) > length);
  if (long !== undefined)
    throw new FirstlightError('hdf5-value', `The string ${JSON.stringify(long)} is longer than the ${length} bytes of its type.`);
  return strings;
}

function fixedScalar(value: string | Uint8Array, as: StoreType): Stored {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  const length = Math.max(1, as.fixedLength ?? bytes.length);
  if (bytes.length > length)
    throw new FirstlightError('hdf5-value', `A string of ${bytes.length} bytes is longer than the ${length} bytes of its type.`);
  const padded = new Uint8Array(length);
  padded.set(bytes);
  return fixed(padded, length, [], as.ascii ?? typeof value !== 'string');
}

function fixed(memory: Uint8Array, length: number, shape: readonly number[], ascii: boolean): Stored {
  const type = fixedStringType(length, {ascii});
  return {shape, dtype: 'string', fileType: type, memoryType: type, memory, release: () => void h5().H5Tclose(type)};
}
