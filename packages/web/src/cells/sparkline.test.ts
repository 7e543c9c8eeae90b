import {expect, test} from 'vitest';
import {sparkline} from './sparkline.ts';

test('a trendline fills its box, with gaps where there are no numbers', () => {
  expect(sparkline({x: [0, 1], y: [0, 1]}, 10, 4)).toBe('M0 4L10 0');
  expect(sparkline({x: [0, 1, 2, 3], y: [1, 'NaN', 1, 3]}, 30, 10)).toBe('M0 10M20 10L30 0');
});

test('what never changes is a level line, and nothing is nothing', () => {
  expect(sparkline({x: [5, 6], y: [2, 2]}, 10, 4)).toBe('M0 2L10 2');
  expect(sparkline({x: [], y: []}, 10, 4)).toBe('');
  expect(sparkline({x: [0], y: ['Infinity']}, 10, 4)).toBe('');
});
