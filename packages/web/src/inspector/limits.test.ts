import {expect, test} from 'vitest';
import {percentileLimits} from './limits.ts';

test('a hot pixel does not decide the colours of an image', () => {
  const image = Float32Array.from({length: 10_000}, (_, i) => i % 100);
  image[5] = 1e9;
  const {low, high} = percentileLimits(image, 1);
  expect(low).toBeCloseTo(0, -1);
  expect(high).toBeLessThanOrEqual(99);
  expect(percentileLimits(image, 0)).toEqual({low: 0, high: 1e9});
});

test('an image of one value, or of none, still has limits', () => {
  expect(percentileLimits(new Float32Array(9).fill(4), 1)).toEqual({low: 4, high: 4});
  expect(percentileLimits(new Float32Array(9).fill(Number.NaN), 1)).toEqual({low: 0, high: 1});
});

test('mostly dark images keep what little shines', () => {
  const image = new Float32Array(10_000);
  image[7] = 3;
  expect(percentileLimits(image, 1)).toEqual({low: 0, high: 3});
});
