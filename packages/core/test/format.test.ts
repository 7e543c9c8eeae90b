import {formatMeasured, formatNumber} from '@firstlight/core';
import {expect, test} from 'vitest';

test.each([
  [12, '12'],
  [-3, '-3'],
  [9999, '9999'],
  [10_000, '1e4'],
  [1.234_56, '1.2346'],
  [0.1, '0.1'],
  [0.000_01, '1e-5'],
  [1.5e12, '1.5e12'],
  [Number.NaN, 'NaN'],
  [Number.NEGATIVE_INFINITY, '-∞'],
])('%d is shown as %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test.each([
  [5.1234, 0.234, '5.1 ± 0.2'],
  [5.1234, 0.0123, '5.123 ± 0.012'],
  [5.1234, 0.0196, '5.12 ± 0.02'],
  [5123.4, 34.2, '5123 ± 34'],
  [-0.5, 1, '-0.5 ± 1.0'],
  [3e-9, 1e-10, '3e-9 ± 1e-10'],
  [4, 0, '4'],
  [Number.NaN, 0.1, 'NaN'],
])('%d with an uncertainty of %d is shown as %s', (value, uncertainty, text) => {
  expect(formatMeasured(value, {uncertainty})).toBe(text);
});

// As Python's format() has it.
test.each([
  ['.2f', 1234.567, '1234.57'],
  [',.1f', -1234567.89, '-1,234,567.9'],
  ['+.1f', 2, '+2.0'],
  ['.2e', 123456, '1.23e+05'],
  ['e', 1, '1.000000e+00'],
  ['.3g', 0.000012345, '1.23e-05'],
  ['.3g', 1234.5, '1.23e+03'],
  ['g', 12.5, '12.5'],
  ['.1%', 0.1234, '12.3%'],
  ['f', Number.NaN, 'NaN'],
  ['>10', 1.5, '1.5'],
])('the format %s makes %d %s', (format, value, text) => {
  expect(formatMeasured(value, {format})).toBe(text);
});

test('a format holds for the uncertainty, too', () => {
  expect(formatMeasured(7, {format: '.1f', uncertainty: 0.1})).toBe('7.0 ± 0.1');
});
