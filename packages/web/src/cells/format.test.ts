import {expect, test} from 'vitest';
import {formatComplex, formatNumber, formatShape, formatTicks} from './format.ts';

test('a number is as short as it can be and as exact as it must be', () => {
  const cases: [number, string][] = [
    [0, '0'],
    [-0, '0'],
    [42, '42'],
    [-9999, '-9999'],
    [10_000, '1e4'],
    [123_456, '1.235e5'],
    [1.23, '1.23'],
    [1.234567, '1.2346'],
    [1234.5678, '1234.6'],
    [9999.99, '10000'],
    [0.00123456, '0.0012346'],
    [0.000012345, '1.234e-5'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '∞'],
    [Number.NEGATIVE_INFINITY, '-∞'],
  ];
  for (const [value, text] of cases) expect([value, formatNumber(value)]).toEqual([value, text]);
});

test('ticks are told apart, however large they are', () => {
  expect(formatTicks([0, 0.25, 0.5])).toEqual(['0', '0.25', '0.5']);
  expect(formatTicks([2_609_100_000, 2_609_100_020])).toEqual(['2609100000', '2609100020']);
  expect(formatTicks([1200, 1250])).toEqual(['1200', '1250']);
  expect(formatTicks([0, 2e-7, 4e-7])).toEqual(['0', '2e-7', '4e-7']);
});

test('complex numbers and shapes read like mathematics', () => {
  expect(formatComplex({re: 1.5, im: -2})).toBe('1.5 - 2i');
  expect(formatComplex({re: 0, im: 0.25})).toBe('0 + 0.25i');
  expect(formatShape([2000, 1000])).toBe('2000 × 1000');
  expect(formatShape([])).toBe('scalar');
});
