import {expect, test} from 'vitest';
import {attributesOf} from '../src/reader/load-cells.ts';

test.each([
  ['[1,2,3]', {background: [1, 2, 3]}],
  ['[1,2,3,128]', {background: [1, 2, 3]}],
  ['[1,2]', {}],
  ['"red"', {}],
])('of a background %s, its red, green and blue count', (background, attributes) => {
  expect(attributesOf(`{"background":${background}}`)).toEqual(attributes);
});
