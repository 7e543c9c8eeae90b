import type {DType} from '@firstlight/core';
import koffi from 'koffi';
import type {Id} from './calls.ts';
import {checked} from './failure.ts';
import {withId} from './handles.ts';
import {h5} from './library.ts';
import {typeClass} from './memory-types.ts';

/** What the elements of a dataset or an attribute are. */
export interface ElementType {
  readonly kind: DType | 'compound' | 'reference' | 'opaque' | 'vlen' | 'enum';
  /** What a read gives: the kind itself, the integer below an enumeration, bytes for opaque data; undefined for what only comes as records or lists. */
  readonly dtype?: DType;
  /** Dimensions of an array type; they follow those of the dataset. */
  readonly dims: readonly number[];
  /** Of strings. */
  readonly text?: {readonly bytes: number | 'variable'; readonly padding: number; readonly ascii: boolean};
  /** Names and values of an enumeration. */
  readonly members?: Readonly<Record<string, number | bigint>>;
  /** What the writer called an opaque type, and its size in bytes. */
  readonly opaque?: {readonly tag: string; readonly bytes: number};
}

const sizeOfType = (type: Id): number => Number(h5().H5Tget_size(type));

/** Tells what a type is. Throws `hdf5-failed` for a damaged one. */
export function describeType(type: Id): ElementType {
  const kind = h5().H5Tget_class(type);
  switch (kind) {
    case typeClass.integer:
      return simple(integerOf(type));
    case typeClass.float:
      return simple(floatOf(type));
    case typeClass.string:
      return {kind: 'string', dtype: 'string', dims: [], text: textOf(type)};
    case typeClass.bitfield:
      return simple(unsignedOf(sizeOfType(type)));
    case typeClass.opaque:
      return {
        kind: 'opaque',
        dtype: 'uint8',
        dims: [sizeOfType(type)],
        opaque: {tag: ownedText(h5().H5Tget_tag(type)), bytes: sizeOfType(type)},
      };
    case typeClass.compound:
      return isComplex(type) ? simple(complexOf(type)) : {kind: 'compound', dims: []};
    case typeClass.reference:
      return {kind: 'reference', dims: []};
    case typeClass.enum:
      return enumOf(type);
    case typeClass.vlen:
      return {kind: 'vlen', dims: []};
    case typeClass.array:
      return arrayOf(type);
    case typeClass.complex:
      return simple(sizeOfType(type) <= 8 ? 'complex64' : 'complex128');
    default:
      return simple(integerOf(checked(type, () => 'read a type of an unknown class')));
  }
}

const simple = (dtype: DType): ElementType => ({kind: dtype, dtype, dims: []});

const unsignedOf = (bytes: number): DType => (bytes === 1 ? 'uint8' : bytes === 2 ? 'uint16' : bytes <= 4 ? 'uint32' : 'uint64');
const signedOf = (bytes: number): DType => (bytes === 1 ? 'int8' : bytes === 2 ? 'int16' : bytes <= 4 ? 'int32' : 'int64');

const integerOf = (type: Id): DType => (h5().H5Tget_sign(type) === 0 ? unsignedOf : signedOf)(sizeOfType(type));

// Floats of other widths come in the narrowest of ours that holds them: bfloat16 as float32, long double as float64 (which rounds).
function floatOf(type: Id): DType {
  const bytes = sizeOfType(type);
  if (bytes === 8) return 'float64';
  if (bytes === 4) return 'float32';
  if (bytes > 4) return 'float64';
  return bytes === 2 && isHalf(type) ? 'float16' : 'float32';
}

function isHalf(type: Id): boolean {
  const fields = new BigUint64Array(5);
  const at = (i: number) => fields.subarray(i, i + 1);
  h5().H5Tget_fields(type, at(0), at(1), at(2), at(3), at(4));
  return fields[2] === 5n && fields[4] === 10n;
}

function textOf(type: Id): ElementType['text'] {
  const bytes = h5().H5Tis_variable_str(type) > 0 ? 'variable' : sizeOfType(type);
  return {bytes, padding: h5().H5Tget_strpad(type), ascii: h5().H5Tget_cset(type) === 0};
}

// Text that the library allocated for us.
function ownedText(address: unknown): string {
  if (address === null || address === undefined) return '';
  const text = koffi.decode.string(address);
  h5().H5free_memory(address as bigint);
  return text;
}

/** The name of a member of a compound or an enumeration. */
export const memberName = (type: Id, index: number): string => ownedText(h5().H5Tget_member_name(type, index));

// h5py's complex, and what other writers call the parts.
function isComplex(type: Id): boolean {
  if (h5().H5Tget_nmembers(type) !== 2) return false;
  const names = `${memberName(type, 0)},${memberName(type, 1)}`;
  if (names !== 'r,i' && names !== 'real,imag' && names !== 're,im') return false;
  return [0, 1].every((i) =>
    withId(h5().H5Tget_member_type(type, i), h5().H5Tclose, (member) => h5().H5Tget_class(member) === typeClass.float),
  );
}

const complexOf = (type: Id): DType =>
  withId(h5().H5Tget_member_type(type, 0), h5().H5Tclose, (part) => (sizeOfType(part) <= 4 ? 'complex64' : 'complex128'));

function enumOf(type: Id): ElementType {
  const dtype = withId(
    checked(h5().H5Tget_super(type), () => 'read an enumeration'),
    h5().H5Tclose,
    integerOf,
  );
  const members = enumMembers(type, dtype);
  const names = Object.keys(members);
  const isBool = names.length === 2 && Number(members['FALSE']) === 0 && Number(members['TRUE']) === 1;
  return isBool ? simple('bool') : {kind: 'enum', dtype, dims: [], members};
}

function enumMembers(type: Id, dtype: DType): Record<string, number | bigint> {
  return withId(
    checked(h5().H5Tget_native_type(type, 1), () => 'read an enumeration'),
    h5().H5Tclose,
    (native) => {
      const count = Math.max(0, h5().H5Tget_nmembers(native));
      return Object.fromEntries(Array.from({length: count}, (_, i) => [memberName(native, i), memberValue(native, i, dtype)]));
    },
  );
}

function memberValue(type: Id, index: number, dtype: DType): number | bigint {
  const bytes = new DataView(new ArrayBuffer(8));
  h5().H5Tget_member_value(type, index, new Uint8Array(bytes.buffer));
  const read = {
    int8: () => bytes.getInt8(0),
    int16: () => bytes.getInt16(0, true),
    int32: () => bytes.getInt32(0, true),
    int64: () => bytes.getBigInt64(0, true),
    uint8: () => bytes.getUint8(0),
    uint16: () => bytes.getUint16(0, true),
    uint32: () => bytes.getUint32(0, true),
    uint64: () => bytes.getBigUint64(0, true),
  } as const;
  return read[dtype as keyof typeof read]();
}

/** The dimensions of an array type. */
export function arrayDims(type: Id): number[] {
  const rank = checked(h5().H5Tget_array_ndims(type), () => 'read an array type');
  const dims = new BigUint64Array(Math.max(1, rank));
  h5().H5Tget_array_dims2(type, dims);
  return Array.from(dims.subarray(0, rank), Number);
}

function arrayOf(type: Id): ElementType {
  const dims = arrayDims(type);
  return withId(
    checked(h5().H5Tget_super(type), () => 'read an array type'),
    h5().H5Tclose,
    (base) => {
      const element = describeType(base);
      return {...element, dims: [...dims, ...element.dims]};
    },
  );
}
