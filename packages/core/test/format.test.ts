import {formatNumber} from '@firstlight/core';
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
