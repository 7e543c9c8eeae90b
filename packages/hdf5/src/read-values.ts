import {arrayTypeOf, FirstlightError, sizeOf} from '@firstlight/core';
import type {DType, NDArray, TypedArray} from '@firstlight/core';
import koffi from 'koffi';
import type {Id} from './calls.ts';
import {arrayDims, describeType, memberName} from './element-type.ts';
import {checked} from './failure.ts';
import {withId} from './handles.ts';
import {h5, library} from './library.ts';
import {checkReadSize} from './limits.ts';
import {bytesOf, padding, typeClass, typeOf} from './memory-types.ts';
import {reclaim} from './read-elements.ts';
import type {ElementSource} from './read-elements.ts';
import {readReference} from './references.ts';
import {fixedText, textAt} from './text.ts';

/** How one element lies in memory, and how it becomes a JavaScript value. Whoever makes one closes its `id`. */
interface Layout {
  readonly id: Id;
  readonly bytes: number;
  /** Set when the element is a plain number, so that lists of it can be typed arrays. */
  readonly dtype?: Exclude<DType, 'string'>;
  readonly decode: (memory: DataView, offset: number) => unknown;
}

/**
 * Reads elements of any type one by one: compounds as objects, variable-length lists as arrays, references as `H5Reference`.
 *
 * `location` is any open object of the same file, from which references are followed.
 */
export function readValues(source: ElementSource, location: Id): unknown[] {
  const layout = layoutOf(source.typeId, location);
  return withId(layout.id, h5().H5Tclose, () => {
    const count = sizeOf(source.shape);
    checkReadSize(count * layout.bytes, source.label);
    if (count === 0) return [];
    const memory = new Uint8Array(Math.max(64, count * layout.bytes));
    checked(source.read(layout.id, memory), () => `read the ${source.label()}`);
    try {
      const view = new DataView(memory.buffer);
      return Array.from({length: count}, (_, i) => layout.decode(view, i * layout.bytes));
    } finally {
      reclaim(layout.id, source.shape, memory);
    }
  });
}

function layoutOf(type: Id, location: Id): Layout {
  const element = describeType(type);
  switch (h5().H5Tget_class(type)) {
    case typeClass.compound:
      return element.kind === 'compound' ? compoundLayout(type, location) : numberLayout(element.dtype);
    case typeClass.vlen:
      return vlenLayout(type, location);
    case typeClass.array:
      return arrayLayout(type, location);
    case typeClass.reference:
      return referenceLayout(type, location);
    case typeClass.string:
      return stringLayout(type, element.text);
    case typeClass.opaque:
      return opaqueLayout(type);
    case typeClass.enum:
      return element.kind === 'bool' ? numberLayout('bool') : enumLayout(type, element.dtype);
    case typeClass.bitfield:
      return {...numberLayout(element.dtype), id: checked(h5().H5Tget_native_type(type, 1), () => 'read a bit field')};
    default:
      return numberLayout(element.dtype);
  }
}

const readers: Record<Exclude<DType, 'string'>, (memory: DataView, offset: number) => unknown> = {
  int8: (memory, offset) => memory.getInt8(offset),
  int16: (memory, offset) => memory.getInt16(offset, true),
  int32: (memory, offset) => memory.getInt32(offset, true),
  int64: (memory, offset) => memory.getBigInt64(offset, true),
  uint8: (memory, offset) => memory.getUint8(offset),
  uint16: (memory, offset) => memory.getUint16(offset, true),
  uint32: (memory, offset) => memory.getUint32(offset, true),
  uint64: (memory, offset) => memory.getBigUint64(offset, true),
  float16: (memory, offset) => memory.getFloat16(offset, true),
  float32: (memory, offset) => memory.getFloat32(offset, true),
  float64: (memory, offset) => memory.getFloat64(offset, true),
  bool: (memory, offset) => memory.getInt8(offset) === 1,
  complex64: (memory, offset) => ({re: memory.getFloat32(offset, true), im: memory.getFloat32(offset + 4, true)}),
  complex128: (memory, offset) => ({re: memory.getFloat64(offset, true), im: memory.getFloat64(offset + 8, true)}),
};

function numberLayout(dtype: DType | undefined): Layout {
  if (dtype === undefined || dtype === 'string')
    throw new FirstlightError('hdf5-unsupported', 'An element has a type that cannot be read.');
  return {id: h5().H5Tcopy(typeOf(dtype)), bytes: bytesOf(dtype), dtype, decode: readers[dtype]};
}

function compoundLayout(type: Id, location: Id): Layout {
  const count = checked(h5().H5Tget_nmembers(type), () => 'read a compound type');
  const members = Array.from({length: count}, (_, i) => ({
    name: memberName(type, i),
    layout: withId(
      checked(h5().H5Tget_member_type(type, i), () => 'read a compound type'),
      h5().H5Tclose,
      (member) => layoutOf(member, location),
    ),
  }));
  const bytes = members.reduce((sum, {layout}) => sum + layout.bytes, 0);
  const id = checked(h5().H5Tcreate(typeClass.compound, Math.max(1, bytes)), () => 'make a compound type');
  let offset = 0;
  const fields = members.map(({name, layout}) => {
    const here = offset;
    offset += layout.bytes;
    h5().H5Tinsert(id, name, here, layout.id);
    h5().H5Tclose(layout.id);
    return {name, offset: here, decode: layout.decode};
  });
  return {
    id,
    bytes,
    decode: (memory, at) => Object.fromEntries(fields.map((field) => [field.name, field.decode(memory, at + field.offset)])),
  };
}

const superOf = (type: Id, location: Id): Layout =>
  withId(
    checked(h5().H5Tget_super(type), () => 'read the base of a type'),
    h5().H5Tclose,
    (base) => layoutOf(base, location),
  );

// In memory: a length, and the address of that many elements.
function vlenLayout(type: Id, location: Id): Layout {
  const element = superOf(type, location);
  const id = withId(element.id, h5().H5Tclose, () => checked(h5().H5Tvlen_create(element.id), () => 'make a list type'));
  return {
    id,
    bytes: 16,
    decode(memory, offset) {
      const count = Number(memory.getBigUint64(offset, true));
      const address = memory.getBigUint64(offset + 8, true);
      checkReadSize(count * element.bytes, () => 'a list in it');
      return manyOf(element, count === 0 || address === 0n ? new ArrayBuffer(0) : koffi.view(address, count * element.bytes).slice(0), [
        count,
      ]);
    },
  };
}

function arrayLayout(type: Id, location: Id): Layout {
  const element = superOf(type, location);
  const dims = arrayDims(type);
  const bytes = element.bytes * sizeOf(dims);
  const id = withId(element.id, h5().H5Tclose, () =>
    checked(h5().H5Tarray_create2(element.id, dims.length, BigUint64Array.from(dims, BigInt)), () => 'make an array type'),
  );
  return {
    id,
    bytes,
    decode: (memory, offset) => manyOf(element, memory.buffer.slice(memory.byteOffset + offset, memory.byteOffset + offset + bytes), dims),
  };
}

// Numbers stay a typed array; anything else becomes a list of values.
function manyOf(element: Layout, bytes: ArrayBufferLike, shape: number[]): NDArray | unknown[] {
  if (element.dtype !== undefined)
    return {dtype: element.dtype, shape, data: new (arrayTypeOf(element.dtype))(bytes as ArrayBuffer) as TypedArray};
  const view = new DataView(bytes);
  return Array.from({length: Math.floor(bytes.byteLength / element.bytes)}, (_, i) => element.decode(view, i * element.bytes));
}

function referenceLayout(type: Id, location: Id): Layout {
  const is = (name: string) => h5().H5Tequal(type, library().id(name)) > 0;
  const kind = is('H5T_STD_REF_OBJ_g') ? 'object' : is('H5T_STD_REF_DSETREG_g') ? 'region' : undefined;
  if (kind === undefined)
    throw new FirstlightError(
      'hdf5-unsupported',
      'References of the kind that HDF5 1.12 introduced cannot be read; only object and region references can.',
    );
  const bytes = Number(h5().H5Tget_size(type));
  return {
    id: h5().H5Tcopy(type),
    bytes,
    decode: (memory, offset) =>
      readReference(kind, new Uint8Array(memory.buffer.slice(memory.byteOffset + offset, memory.byteOffset + offset + bytes)), location),
  };
}

function stringLayout(type: Id, text: {bytes: number | 'variable'; padding: number} | undefined): Layout {
  const id = h5().H5Tcopy(type);
  if (text === undefined || text.bytes === 'variable')
    return {id, bytes: 8, decode: (memory, offset) => textAt(memory.getBigUint64(offset, true))};
  const {bytes} = text;
  const pad = text.padding ?? padding.nullPadded;
  return {id, bytes, decode: (memory, offset) => fixedText(Buffer.from(memory.buffer, memory.byteOffset + offset, bytes), 0, bytes, pad)};
}

function opaqueLayout(type: Id): Layout {
  const bytes = Number(h5().H5Tget_size(type));
  return {
    id: h5().H5Tcopy(type),
    bytes,
    decode: (memory, offset) => new Uint8Array(memory.buffer.slice(memory.byteOffset + offset, memory.byteOffset + offset + bytes)),
  };
}

function enumLayout(type: Id, dtype: DType | undefined): Layout {
  return {...numberLayout(dtype), id: checked(h5().H5Tget_native_type(type, 1), () => 'read an enumeration')};
}
