import {FirstlightError, sizeOf} from '@firstlight/core';
import type {DType, NDArray, TypedArray} from '@firstlight/core';
import {newArray} from './allocate.ts';
import type {Id, Memory} from './calls.ts';
import type {ElementType} from './element-type.ts';
import {checked} from './failure.ts';
import {withId} from './handles.ts';
import {h5} from './library.ts';
import {checkReadSize} from './limits.ts';
import {bytesOf, fixedStringType, typeClass, typeOf} from './memory-types.ts';
import {BufferPool} from './pool.ts';
import {makeSpace} from './space.ts';
import {fixedText, textAt} from './text.ts';

/** Something with elements: a dataset (or a part of one) or an attribute. */
export interface ElementSource {
  readonly type: ElementType;
  readonly typeId: Id;
  /** Shape of what is read, without the dimensions of an array type. */
  readonly shape: readonly number[];
  /** Reads all of it as the given type of memory; negative on failure. */
  read(memoryType: Id, memory: Memory): number;
  /** For messages: `dataset "/a/data" of "x.h5"`. */
  readonly label: () => string;
}

/** Where the elements go: a typed array that is long enough, or a pool to take one from. */
export type ReadTarget = TypedArray | BufferPool | undefined;

/** Reads everything that fits a plain array: numbers, booleans, complex numbers, strings, integers of enumerations, bytes of opaque data. */
export function readArray(source: ElementSource, into?: ReadTarget): NDArray {
  const {type} = source;
  if (type.dtype === undefined) {
    throw new FirstlightError(
      'hdf5-unsupported',
      `The ${source.label()} holds ${type.kind} elements, which do not fit a plain array; use readRecords() or value().`,
    );
  }
  const shape = type.dims.length === 0 ? source.shape : [...source.shape, ...type.dims];
  if (type.dtype === 'string') return {dtype: 'string', shape, data: readStrings(source, sizeOf(shape))};
  const length = sizeOf(shape) * (type.dtype === 'complex64' || type.dtype === 'complex128' ? 2 : 1);
  const bytes = sizeOf(shape) * bytesOf(type.dtype);
  if (into === undefined || into instanceof BufferPool) checkReadSize(bytes, source.label);
  const data = targetArray(source, {dtype: type.dtype, length, into});
  if (length > 0)
    withMemoryType(source, type.dtype, (memoryType) => checked(source.read(memoryType, data), () => `read the ${source.label()}`));
  return {dtype: type.dtype, shape, data};
}

function targetArray(
  source: ElementSource,
  {dtype, length, into}: {dtype: Exclude<DType, 'string'>; length: number; into: ReadTarget},
): TypedArray {
  if (into === undefined) return newArray(dtype, length);
  if (into instanceof BufferPool) return into.take(dtype, length);
  const expected = newArray(dtype, 0).constructor;
  if (into.constructor !== expected || into.length < length) {
    throw new FirstlightError(
      'hdf5-into',
      `The ${source.label()} gives ${length} elements of a ${expected.name}, which do not fit the given ${into.constructor.name} of ${into.length}.`,
    );
  }
  return into.length === length ? into : into.subarray(0, length);
}

function withMemoryType<T>({type, typeId}: ElementSource, dtype: DType, use: (memoryType: Id) => T): T {
  if (type.kind === 'opaque' || type.kind === 'enum' || isBitfield(typeId)) {
    return withId(
      checked(h5().H5Tget_native_type(typeId, 1), () => `read a type`),
      h5().H5Tclose,
      use,
    );
  }
  if (type.dims.length === 0) return use(typeOf(dtype));
  const dims = BigUint64Array.from(type.dims, BigInt);
  return withId(
    checked(h5().H5Tarray_create2(typeOf(dtype), dims.length, dims), () => 'make an array type'),
    h5().H5Tclose,
    use,
  );
}

const isBitfield = (type: Id): boolean => h5().H5Tget_class(type) === typeClass.bitfield;

function readStrings(source: ElementSource, count: number): string[] {
  if (count === 0) return [];
  const {text} = source.type;
  return text === undefined || text.bytes === 'variable' ? readVariableStrings(source, count) : readFixedStrings(source, count, text.bytes);
}

function readFixedStrings(source: ElementSource, count: number, bytes: number): string[] {
  checkReadSize(count * bytes, source.label);
  const buffer = Buffer.alloc(count * bytes);
  const ascii = source.type.text?.ascii ?? true;
  const pad = source.type.text?.padding ?? 0;
  withArrayOf(source, paddedLike(bytes, ascii, pad), (type) => checked(source.read(type, buffer), () => `read the ${source.label()}`));
  return Array.from({length: count}, (_, i) => fixedText(buffer, i * bytes, (i + 1) * bytes, pad));
}

function paddedLike(bytes: number, ascii: boolean, pad: number): Id {
  const id = fixedStringType(bytes, {ascii});
  h5().H5Tset_strpad(id, pad);
  return id;
}

// Takes ownership of `base`.
function withArrayOf(source: ElementSource, base: Id, use: (type: Id) => void): void {
  withId(base, h5().H5Tclose, () => {
    if (source.type.dims.length === 0) return use(base);
    const dims = BigUint64Array.from(source.type.dims, BigInt);
    withId(h5().H5Tarray_create2(base, dims.length, dims), h5().H5Tclose, use);
  });
}

function readVariableStrings(source: ElementSource, count: number): string[] {
  checkReadSize(count * 8, source.label);
  const pointers = new BigUint64Array(Math.max(8, count));
  const strings: string[] = [];
  withArrayOf(source, variableLike(source.type.text?.ascii ?? false), (type) => {
    checked(source.read(type, pointers), () => `read the ${source.label()}`);
    for (let i = 0; i < count; i++) strings.push(textAt(pointers[i] as bigint));
    reclaim(type, source.shape, pointers);
  });
  return strings;
}

function variableLike(ascii: boolean): Id {
  const id = h5().H5Tcopy(typeOf('string'));
  if (ascii) h5().H5Tset_cset(id, 0);
  return id;
}

/** Gives back what the library allocated for variable-length elements. */
export function reclaim(type: Id, shape: readonly number[], memory: Memory): void {
  withId(makeSpace(shape), h5().H5Sclose, (space) => h5().H5Dvlen_reclaim(type, space, 0, memory));
}

/** The JavaScript value of an array of one element. */
export function scalarOf({dtype, data}: NDArray): unknown {
  if (dtype === 'bool') return data[0] === 1;
  if (dtype === 'complex64' || dtype === 'complex128') return {re: data[0], im: data[1]};
  return data[0];
}
