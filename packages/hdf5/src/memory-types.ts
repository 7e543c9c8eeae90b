import type {DType} from '@firstlight/core';
import type {Id} from './calls.ts';
import {checked} from './failure.ts';
import {h5, library} from './library.ts';

/** Classes of HDF5 types (`H5T_class_t`). */
export const typeClass = {
  integer: 0,
  float: 1,
  string: 3,
  bitfield: 4,
  opaque: 5,
  compound: 6,
  reference: 7,
  enum: 8,
  vlen: 9,
  array: 10,
  complex: 11,
} as const;

/** `H5T_VARIABLE`. */
export const variableLength = 0xffff_ffff_ffff_ffffn;
const utf8 = 1;

const nativeNames = {
  int8: 'H5T_NATIVE_INT8_g',
  int16: 'H5T_NATIVE_INT16_g',
  int32: 'H5T_NATIVE_INT32_g',
  int64: 'H5T_NATIVE_INT64_g',
  uint8: 'H5T_NATIVE_UINT8_g',
  uint16: 'H5T_NATIVE_UINT16_g',
  uint32: 'H5T_NATIVE_UINT32_g',
  uint64: 'H5T_NATIVE_UINT64_g',
  float32: 'H5T_NATIVE_FLOAT_g',
  float64: 'H5T_NATIVE_DOUBLE_g',
} as const;

const built = {
  float16: buildFloat16,
  bool: buildBool,
  complex64: () => buildComplex('float32'),
  complex128: () => buildComplex('float64'),
  string: buildString,
} as const;

const known = new Map<DType, Id>();

/**
 * The HDF5 type of a dtype, as it is in our arrays and, on the little-endian machines we run on, in files; it lives as long as the process.
 *
 * Booleans are h5py's enumeration of FALSE and TRUE on int8, complex numbers h5py's compound of `r` and `i`, strings variable-length UTF-8.
 */
export function typeOf(dtype: DType): Id {
  const found = known.get(dtype);
  if (found !== undefined) return found;
  const id = dtype in built ? built[dtype as keyof typeof built]() : library().id(nativeNames[dtype as keyof typeof nativeNames]);
  known.set(dtype, id);
  return id;
}

// Releases before 1.14.4 have no predefined half float; this is the same type, described bit by bit.
function buildFloat16(): Id {
  const id = checked(h5().H5Tcopy(library().id('H5T_IEEE_F32LE_g')), () => 'make the half-float type');
  h5().H5Tset_fields(id, 15, 10, 5, 0, 10);
  h5().H5Tset_size(id, 2);
  h5().H5Tset_ebias(id, 15);
  return id;
}

function buildBool(): Id {
  const id = checked(h5().H5Tenum_create(library().id('H5T_NATIVE_INT8_g')), () => 'make the boolean type');
  h5().H5Tenum_insert(id, 'FALSE', new Int8Array([0]));
  h5().H5Tenum_insert(id, 'TRUE', new Int8Array([1]));
  return id;
}

function buildComplex(part: 'float32' | 'float64'): Id {
  const bytes = part === 'float32' ? 4 : 8;
  const id = checked(h5().H5Tcreate(typeClass.compound, 2 * bytes), () => 'make the complex type');
  h5().H5Tinsert(id, 'r', 0, typeOf(part));
  h5().H5Tinsert(id, 'i', bytes, typeOf(part));
  return id;
}

function buildString(): Id {
  const id = checked(h5().H5Tcopy(library().id('H5T_C_S1_g')), () => 'make the string type');
  h5().H5Tset_size(id, variableLength);
  h5().H5Tset_cset(id, utf8);
  return id;
}

/** How the bytes of a fixed-length string end. */
export const padding = {nullTerminated: 0, nullPadded: 1, spacePadded: 2} as const;

/** Makes a fixed-length, null-padded string type, as numpy's `S`; close it after use. */
export function fixedStringType(bytes: number, {ascii = true}: {ascii?: boolean} = {}): Id {
  const id = checked(h5().H5Tcopy(library().id('H5T_C_S1_g')), () => 'make a string type');
  h5().H5Tset_size(id, Math.max(1, bytes));
  h5().H5Tset_strpad(id, padding.nullPadded);
  h5().H5Tset_cset(id, ascii ? 0 : utf8);
  return id;
}

const itemBytes = {
  int8: 1,
  uint8: 1,
  bool: 1,
  int16: 2,
  uint16: 2,
  float16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  int64: 8,
  uint64: 8,
  float64: 8,
  complex64: 8,
  complex128: 16,
  string: 8,
} as const;

/** Bytes of one element in memory; a variable-length string counts as its pointer. */
export const bytesOf = (dtype: DType): number => itemBytes[dtype];
