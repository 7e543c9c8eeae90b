import type {NDArray} from '@firstlight/core';
import {expect, test} from 'vitest';
import {dataText} from '../src/value-text.ts';

const whole: NDArray = {dtype: 'int64', shape: [3], data: BigInt64Array.of(1n, 2n, 9_007_199_254_740_993n)};
const numbers: NDArray = {dtype: 'float64', shape: [3], data: Float64Array.of(1.23456789, Number.NaN, 3)};
const texts: NDArray = {dtype: 'string', shape: [3], data: ['x', '', 'z']};

test('arrays of every kind are printed as what they hold', () => {
  expect(dataText({kind: 'array', array: whole, fullShape: [3]})).toBe('array int64 (3): 1 2 9007199254740993');
  expect(dataText({kind: 'array', array: numbers, fullShape: [3]})).toBe('array float64 (3): 1.2346 NaN 3');
  expect(dataText({kind: 'DataArray', array: texts, dims: ['x'], coords: {}, attrs: {}})).toBe('DataArray string (3) [x]: x  z');
});

test('a table of rows is printed as one, anything else by its names', () => {
  const coords = {train: {...whole, dims: ['train']}};
  const a = {dims: ['train'], attrs: {}, array: numbers};
  const s = {dims: ['train'], attrs: {}, array: texts};
  expect(dataText({kind: 'Dataset', variables: {a, s}, coords, attrs: {}})).toBe(
    ['train             a       s', '1                 1.2346  x', '2                 NaN', '9007199254740993  3       z'].join('\n'),
  );
  const image = {dims: ['y', 'x'], attrs: {}, array: {...numbers, shape: [1, 3]}};
  expect(dataText({kind: 'Dataset', variables: {a, image}, coords, attrs: {}})).toBe('Dataset of a, image');
});
