import {arrayTypeOf, sizeOf} from '@firstlight/core';
import type {DType, NDArray, TypedArray} from '@firstlight/core';
import {BufferPool, openFile} from '@firstlight/hdf5';
import type {CreateOptions, Selection} from '@firstlight/hdf5';
import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {folderForEachTest} from './support.ts';

const at = folderForEachTest();

const dtypes: Exclude<DType, 'string'>[] = [
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'float16',
  'float32',
  'float64',
  'bool',
  'complex64',
  'complex128',
];
const partsOf = (dtype: DType): number => (dtype.startsWith('complex') ? 2 : 1);

// Any bits are a value of these types, NaN payloads included, except for booleans.
function randomArray(dtype: Exclude<DType, 'string'>, shape: number[], seed: number): NDArray {
  const data = new (arrayTypeOf(dtype))(sizeOf(shape) * partsOf(dtype)) as TypedArray;
  const bytes = new Uint8Array(data.buffer);
  let state = seed | 1;
  for (let i = 0; i < bytes.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = dtype === 'bool' ? state >>> 31 : state >>> 24;
  }
  return {dtype, shape, data};
}

const shapes = fc.array(fc.integer({min: 0, max: 7}), {maxLength: 4});

const selectionOf = (shape: number[]): fc.Arbitrary<Selection> =>
  fc.tuple(
    ...shape.map((length) =>
      fc.oneof(
        fc.constant(null),
        ...(length > 0 ? [fc.integer({min: -length, max: length - 1})] : []),
        fc.record(
          {start: fc.integer({min: -9, max: 9}), stop: fc.integer({min: -9, max: 9}), step: fc.integer({min: 1, max: 4})},
          {requiredKeys: []},
        ),
      ),
    ),
  );

const cases = shapes.chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    dtype: fc.constantFrom(...dtypes),
    seed: fc.nat(),
    selection: selectionOf(shape),
    chunked: fc.boolean(),
    gzip: fc.option(fc.integer({min: 0, max: 9}), {nil: undefined}),
    shuffle: fc.boolean(),
  }),
);

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

const optionsOf = ({shape, chunked, gzip, shuffle}: Case): CreateOptions =>
  shape.length === 0 || !chunked
    ? {}
    : {chunks: shape.map((n) => Math.max(1, Math.ceil(n / 2))), gzip, shuffle, maxShape: shape.map(() => null)};

// The plain model: which indices a selection takes along each dimension, as Python would.
function indicesOf(entry: Selection[number], length: number): number[] {
  if (entry === null) return Array.from({length}, (_, i) => i);
  if (typeof entry === 'number') return [entry < 0 ? entry + length : entry];
  const bound = (value: number) => Math.min(length, Math.max(0, value < 0 ? value + length : value));
  const taken: number[] = [];
  for (let i = bound(entry.start ?? 0); i < bound(entry.stop ?? length); i += entry.step ?? 1) taken.push(i);
  return taken;
}

function flatIndices(selection: Selection, shape: number[]): number[] {
  return shape.reduce<number[]>(
    (flat, length, axis) => flat.flatMap((base) => indicesOf(selection[axis] ?? null, length).map((i) => base * length + i)),
    [0],
  );
}

const bytesOf = ({data}: NDArray): Buffer =>
  Buffer.from((data as TypedArray).buffer, (data as TypedArray).byteOffset, (data as TypedArray).byteLength);

function picked(array: NDArray, indices: number[]): Buffer {
  const itemBytes = bytesOf(array).length / Math.max(1, sizeOf(array.shape));
  return Buffer.concat(indices.map((i) => bytesOf(array).subarray(i * itemBytes, (i + 1) * itemBytes)));
}

test('what is written is read back bit by bit, whole and in any selection, in any layout', () => {
  const pool = new BufferPool();
  fc.assert(
    fc.property(cases, (one) => {
      const array = randomArray(one.dtype, one.shape, one.seed);
      using file = openFile(at('round.h5'), 'w');
      using dataset = file.createDataset('a/b', array, optionsOf(one));
      const whole = dataset.read();
      expect([whole.dtype, whole.shape, bytesOf(whole).equals(bytesOf(array))]).toEqual([one.dtype, one.shape, true]);
      const part = dataset.read(one.selection, {into: pool});
      const indices = flatIndices(one.selection, one.shape);
      expect(part.shape).toEqual(
        one.shape.flatMap((n, axis) => (typeof one.selection[axis] === 'number' ? [] : [indicesOf(one.selection[axis] ?? null, n).length])),
      );
      expect(bytesOf(part).equals(picked(array, indices))).toBe(true);
      pool.give(part.data);
    }),
    {numRuns: 300, seed: 20_240_601},
  );
});

test('writing a part changes that part and nothing else', () => {
  fc.assert(
    fc.property(cases, (one) => {
      const before = randomArray(one.dtype, one.shape, one.seed);
      using file = openFile(at('part.h5'), 'w');
      using dataset = file.createDataset('x', before, optionsOf(one));
      const shape = dataset.read(one.selection).shape as number[];
      const patch = randomArray(one.dtype, shape, one.seed + 1);
      dataset.write(patch, one.selection);
      const indices = flatIndices(one.selection, one.shape);
      const itemBytes = arrayTypeOf(one.dtype).BYTES_PER_ELEMENT * partsOf(one.dtype);
      const expected = Buffer.from(bytesOf(before));
      indices.forEach((to, from) => bytesOf(patch).copy(expected, to * itemBytes, from * itemBytes, (from + 1) * itemBytes));
      expect(bytesOf(dataset.read()).equals(expected)).toBe(true);
    }),
    {numRuns: 200, seed: 20_240_602},
  );
});

test('any text that HDF5 can hold is read back, in datasets and attributes', () => {
  const texts = fc.array(
    fc.string({unit: 'grapheme'}).filter((text) => !text.includes('\0')),
    {maxLength: 5},
  );
  fc.assert(
    fc.property(texts, (data) => {
      using file = openFile(at('texts.h5'), 'w');
      const array: NDArray = {dtype: 'string', shape: [data.length], data};
      file.createDataset('texts', array);
      file.attributes.set('texts', array);
      expect(file.read('texts').data).toEqual(data);
      expect(file.attributes.array('texts')?.data).toEqual(data);
    }),
    {numRuns: 100, seed: 20_240_603},
  );
});

test('scalars keep their value and type', () => {
  const values = fc.oneof(
    fc.double(),
    fc.bigInt({min: -(2n ** 63n), max: 2n ** 64n - 1n}),
    fc.boolean(),
    fc.record({re: fc.double(), im: fc.double()}),
  );
  fc.assert(
    fc.property(values, (value) => {
      using file = openFile(at('scalar.h5'), 'w');
      file.createDataset('x', value);
      file.attributes.set('x', value);
      expect(file.value('x')).toEqual(value);
      expect(file.attributes.get('x')).toEqual(value);
    }),
    {numRuns: 200, seed: 20_240_604},
  );
});
