import {expect, test} from 'vitest';
import {formatComplex, formatNumber, formatShape} from './format.ts';

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

test('complex numbers and shapes read like mathematics', () => {
  expect(formatComplex({re: 1.5, im: -2})).toBe('1.5 - 2i');
  expect(formatComplex({re: 0, im: 0.25})).toBe('0 + 0.25i');
  expect(formatShape([2000, 1000])).toBe('2000 × 1000');
  expect(formatShape([])).toBe('scalar');
});
