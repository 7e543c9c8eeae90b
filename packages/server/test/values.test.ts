import type {NDArray} from '@firstlight/core';
import {expect, test} from 'vitest';
import {experimentInMemory} from './experiment-in-memory.ts';
import {parseSlice, resolveSlice, sizeAfter} from '../src/values/slice.ts';
import type {ServedExperiment} from '../src/experiments/served.ts';
import {readArray} from '../src/values/array.ts';
import {parseMost, reduced, reduceImage} from '../src/values/reduce.ts';

test('a slice is read as numpy reads it', () => {
  expect(parseSlice('0:10,5')).toEqual([{start: 0, stop: 10}, 5]);
  expect(parseSlice(':, ::2,-1')).toEqual([null, {step: 2}, -1]);
  expect(resolveSlice(parseSlice('-3:,::2,-1'), [10, 5, 4])).toEqual([{start: 7, stop: 10, step: 1}, {start: 0, stop: 5, step: 2}, 3]);
  expect(sizeAfter(resolveSlice(parseSlice('-3:,::2,-1'), [10, 5, 4]), [10, 5, 4])).toEqual([3, 3]);
  expect(sizeAfter(resolveSlice(parseSlice('8:3'), [10, 5]), [10, 5])).toEqual([0, 5]);
});

test.for(['', 'a', '1:2:0', '::-1', '1..2', '0x10'])('the slice "%s" is refused', (text) => {
  expect(() => parseSlice(text)).toThrow(/cannot be used/);
});

test('a position outside the array and a dimension too many are refused', () => {
  expect(() => resolveSlice([10], [10])).toThrow(/outside dimension 0/);
  expect(() => resolveSlice([0, 0], [10])).toThrow(/has the shape \(10\)/);
});

const ramp = (rows: number, columns: number): NDArray => ({
  dtype: 'float32',
  shape: [rows, columns],
  data: Float32Array.from({length: rows * columns}, (_, i) => i),
});

test('an image is reduced by means over blocks, leaving NaN out', () => {
  expect(reduceImage(ramp(4, 4), [2, 2])).toEqual({dtype: 'float32', shape: [2, 2], data: Float32Array.of(2.5, 4.5, 10.5, 12.5)});
  expect(reduceImage(ramp(3, 5), [2, 1])).toMatchObject({shape: [2, 5]});
  const holes = {dtype: 'float32', shape: [1, 2], data: Float32Array.of(Number.NaN, 3)} as const;
  expect(reduceImage(holes, [1, 2]).data).toEqual(Float32Array.of(3));
  expect(parseMost('640x480')).toEqual({columns: 640, rows: 480});
  expect([parseMost('0x1'), parseMost('x'), parseMost('640')]).toEqual([undefined, undefined, undefined]);
});

test('coordinates are reduced with their image', () => {
  const coords = {x: {dtype: 'float64', shape: [4], dims: ['x'], data: Float64Array.of(0, 1, 2, 3)}} as const;
  const result = reduced({array: ramp(2, 4), dims: ['y', 'x'], coords, fullShape: [9, 2, 4]}, {rows: 2, columns: 2});
  expect(result).toMatchObject({
    array: {shape: [2, 2]},
    coords: {x: {shape: [2], data: Float64Array.of(0.5, 2.5)}},
    facts: {block: [1, 2], imageShape: [2, 4]},
  });
});

test('an array that is too large is refused before it is read; a part of it is not', async () => {
  const description = {
    kind: 'array',
    dtype: 'float32',
    shape: [100_000, 1000],
    dims: null,
    bytes: 4e8,
    attrs: {},
    arrayName: null,
    arrays: [],
    table: false,
    preview: null,
  } as const;
  const reader = {
    describeValue: () => Promise.resolve(description),
    readData: () => Promise.resolve({kind: 'array', array: ramp(10, 1000), fullShape: description.shape} as const),
  };
  const experiment = {...(await experimentInMemory()), reader} as unknown as ServedExperiment;
  const place = {id: 'p1234', experiment, run: {proposal: 1234, run: 1}, name: 'energy'};
  await expect(readArray(place, {})).rejects.toMatchObject({code: 'too-large', message: expect.stringContaining('slice=')});
  expect((await readArray(place, {slice: '0:10'})).array.shape).toEqual([10, 1000]);
});
