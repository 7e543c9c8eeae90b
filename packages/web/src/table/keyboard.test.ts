import {expect, test} from 'vitest';
import {placeAfter} from './keyboard.ts';

const extent = {rows: 100, columns: 8, page: 20};

test('keys move the active cell and stop at the edges', () => {
  const from = {row: 10, column: 3};
  expect(placeAfter('ArrowUp', from, extent)).toEqual({row: 9, column: 3});
  expect(placeAfter('ArrowRight', {row: 0, column: 7}, extent)).toEqual({row: 0, column: 7});
  expect(placeAfter('PageDown', from, extent)).toEqual({row: 30, column: 3});
  expect(placeAfter('PageUp', from, extent)).toEqual({row: 0, column: 3});
  expect(placeAfter('End', from, extent)).toEqual({row: 10, column: 7});
  expect(placeAfter('Control+End', from, extent)).toEqual({row: 99, column: 7});
});

test('the first key finds the first cell, other keys are left alone', () => {
  expect(placeAfter('ArrowDown', undefined, extent)).toEqual({row: 0, column: 0});
  expect(placeAfter('a', {row: 0, column: 0}, extent)).toBeUndefined();
  expect(placeAfter('ArrowDown', undefined, {...extent, rows: 0})).toBeUndefined();
});
