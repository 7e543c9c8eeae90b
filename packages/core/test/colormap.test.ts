import {expect, test} from 'vitest';
import {colourise, viridis} from '../src/index.ts';

test('values between the limits take the colours of viridis from dark to bright, NaN is transparent', () => {
  const rgba = colourise([0, 1, Number.NaN, -5, 9], 0, 1);
  const [dark, bright] = [
    [68, 1, 84, 255],
    [253, 231, 36, 255],
  ];
  expect([...rgba]).toEqual([...dark, ...bright, 0, 0, 0, 0, ...dark, ...bright]);
  expect(viridis).toHaveLength(768);
});

test('equal limits give one colour', () => {
  expect([...colourise([3, 3], 3, 3)]).toEqual([68, 1, 84, 255, 68, 1, 84, 255]);
});
