import {parseRuns} from '@firstlight/core';
import {expect, test} from 'vitest';

test('a selection of runs names numbers, ranges or all', () => {
  expect(parseRuns('12')).toEqual([12]);
  expect(parseRuns('8, 1-3,2')).toEqual([1, 2, 3, 8]);
  expect(parseRuns('all')).toBe('all');
});

test.each(['', 'a', '3-1', '1-', '-1', '1,,2', '1-99999999'])('%j is refused with an example of what to write', (text) => {
  expect(() => parseRuns(text)).toThrow(/write for example 12, 1-5,8 or all/);
});
