import {arrayTypeOf, type DType, FirstlightError, type NDArray, sizeOf} from '@firstlight/core';

const magic = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59); // \x93NUMPY

const descriptors: Readonly<Record<Exclude<DType, 'string'>, string>> = {
  int8: '|i1',
  int16: '<i2',
  int32: '<i4',
  int64: '<i8',
  uint8: '|u1',
  uint16: '<u2',
  uint32: '<u4',
  uint64: '<u8',
  float16: '<f2',
  float32: '<f4',
  float64: '<f8',
  bool: '|b1',
  complex64: '<c8',
  complex128: '<c16',
};
const dtypeOf = new Map(Object.entries(descriptors).map(([dtype, descriptor]) => [descriptor.slice(1), dtype as Exclude<DType, 'string'>]));

/** Tells whether bytes begin like a `.npy` file. */
export const isNpy = (bytes: Uint8Array): boolean => magic.every((byte, i) => bytes[i] === byte);

/** An array as the bytes of a `.npy` file (version 1.0, little-endian, C order). Strings cannot be written. */
export function encodeNpy({dtype, shape, data}: NDArray): Uint8Array<ArrayBuffer> {
  if (dtype === 'string' || !ArrayBuffer.isView(data))
    throw new FirstlightError('value-not-storable', 'An array of strings cannot be written as .npy.');
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const header = `{'descr': '${descriptors[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const headerLength = Math.ceil((10 + header.length + 1) / 64) * 64 - 10; // the data start on a multiple of 64 bytes
  const bytes = new Uint8Array(10 + headerLength + data.byteLength);
  bytes.set([...magic, 1, 0, headerLength & 0xff, headerLength >> 8]);
  bytes.set(new TextEncoder().encode(`${header.padEnd(headerLength - 1)}\n`), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + headerLength);
  return bytes;
}

/** Reads the bytes of a `.npy` file of numbers (any version, byte order and memory order); throws `bad-npy` for anything else. */
export function decodeNpy(bytes: Uint8Array): NDArray {
  const {dtype, bigEndian, fortranOrder, shape, start} = headerOf(bytes);
  const arrayType = arrayTypeOf(dtype);
  const length = sizeOf(shape) * (dtype === 'complex64' || dtype === 'complex128' ? 2 : 1);
  if (bytes.byteLength - start < length * arrayType.BYTES_PER_ELEMENT) throw bad('it ends too early');
  // A copy, so that the elements are aligned; not by slice(), which of a Buffer is only a view.
  const content = new Uint8Array(bytes.subarray(start, start + length * arrayType.BYTES_PER_ELEMENT));
  if (bigEndian) swapBytes(content, arrayType.BYTES_PER_ELEMENT);
  const array: NDArray = {dtype, shape, data: new arrayType(content.buffer)};
  return fortranOrder && shape.length > 1 ? toRowMajor(array) : array;
}

const bad = (why: string): FirstlightError =>
  new FirstlightError('bad-npy', `These bytes are not an array of numbers in .npy format: ${why}.`);

function headerOf(bytes: Uint8Array): {
  dtype: Exclude<DType, 'string'>;
  bigEndian: boolean;
  fortranOrder: boolean;
  shape: number[];
  start: number;
} {
  if (!isNpy(bytes) || bytes.byteLength < 12) throw bad('the signature is missing');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = (bytes[6] as number) >= 2;
  const start = wide ? 12 + view.getUint32(8, true) : 10 + view.getUint16(8, true);
  const header = new TextDecoder().decode(bytes.subarray(wide ? 12 : 10, start));
  const descriptor = /'descr':\s*'([<>|=])([a-z]\d+)'/.exec(header);
  const shape = /'shape':\s*\(([\d\s,]*)\)/.exec(header);
  const dtype = dtypeOf.get(descriptor?.[2] ?? '');
  if (!descriptor || !shape || !dtype) throw bad(`its header is ${header.trim().slice(0, 100)}`);
  const extents = (shape[1] as string).split(',').flatMap((text) => (text.trim() === '' ? [] : [Number(text)]));
  return {dtype, bigEndian: descriptor[1] === '>', fortranOrder: /'fortran_order':\s*True/.test(header), shape: extents, start};
}

function swapBytes(bytes: Uint8Array, width: number): void {
  for (let i = 0; i < bytes.length; i += width) bytes.subarray(i, i + width).reverse();
}

function toRowMajor({dtype, shape, data}: NDArray): NDArray {
  const parts = dtype.startsWith('complex') ? 2 : 1;
  const source = data as Float64Array;
  const target = source.slice();
  const count = sizeOf(shape);
  for (let index = 0; index < count; index++) {
    let rest = index;
    let from = 0;
    let stride = count;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const extent = shape[axis] as number;
      stride /= extent;
      from += (rest % extent) * stride;
      rest = Math.floor(rest / extent);
    }
    for (let part = 0; part < parts; part++) target[index * parts + part] = source[from * parts + part] as number;
  }
  return {dtype, shape, data: target};
}
