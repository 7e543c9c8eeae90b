import type {NDArray} from '@firstlight/core';
import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {Cell} from '../src/index.ts';
import {toCellValue, toValue} from '../src/runner/child/convert.ts';

describe('a cell', () => {
  test('wins over what its variable says, and takes the units of a labelled array', () => {
    const array = {dtype: 'float64', shape: [1], data: Float64Array.of(1)} as const;
    const labelled = {kind: 'DataArray', dims: ['x'], coords: {}, attrs: {units: 'nm'}, array} as const;
    const defaults = {summaryMethod: 'mean', units: 'mm'};
    expect(toCellValue(1, defaults)).toEqual({data: 1, ...defaults});
    expect(toCellValue(new Cell(1), defaults)).toEqual({data: 1, ...defaults});
    expect(toCellValue(new Cell(1, {summary: 'max', units: 'um'}), defaults)).toEqual({data: 1, summaryMethod: 'max', units: 'um'});
    expect(toCellValue(new Cell(labelled), defaults)?.units).toBe('nm');
    expect(toCellValue(labelled, defaults)?.units).toBe('nm');
    expect(toCellValue(new Cell(labelled, {units: ''}), defaults)?.units).toBe('');
  });

  test('without anything is no value, with a summary alone it is one', () => {
    expect(toCellValue(new Cell(null))).toBeUndefined();
    expect(toCellValue(undefined)).toBeUndefined();
    expect(toCellValue(new Cell(null, {summaryValue: 3}))).toMatchObject({data: null, summaryValue: 3});
  });

  test('checks its colour, preview and summary', () => {
    expect(new Cell(1, {background: '#fF8000'}).background).toEqual([255, 128, 0]);
    expect(new Cell(1, {background: [1.9, 2, 3]}).background).toEqual([1, 2, 3]);
    for (const background of ['red', '#12345', '#12345g', [1, 2, 256], [1, 2]]) {
      expect(() => new Cell(1, {background: background as string})).toThrow('is no colour');
    }
    const previews = [{dtype: 'float64', shape: [1, 1, 1], data: Float64Array.of(1)}, 'text', {re: 1, im: 2}];
    for (const preview of previews)
      expect(() => toCellValue(new Cell(1, {preview: preview as never}))).toThrow('The preview of a cell must be');
    expect(() => toCellValue(new Cell(1, {summaryValue: {data: [], layout: {}} as never}))).toThrow('The summary value of a cell');
    expect(() => new Cell(1, {units: 3 as never})).toThrow('units of a cell');
  });
});

describe('nested lists', () => {
  test('become an array of the same shape and order', () => {
    const shapes = fc.array(fc.integer({min: 1, max: 3}), {minLength: 1, maxLength: 4});
    fc.assert(
      fc.property(shapes, (shape) => {
        let next = 0;
        const nest = ([length = 0, ...inner]: number[]): unknown[] =>
          Array.from({length}, () => (inner.length === 0 ? next++ : nest(inner)));
        const value = toValue(nest(shape)) as NDArray;
        expect(value.shape).toEqual(shape);
        expect(Array.from(value.data as Float64Array)).toEqual(Array.from({length: next}, (_, i) => i));
      }),
    );
  });

  test('of booleans and of big integers keep their type, of other things are refused', () => {
    expect(toValue([true, false])).toMatchObject({dtype: 'bool', data: Uint8Array.of(1, 0)});
    expect(toValue([[1n], [2n]])).toMatchObject({dtype: 'int64', shape: [2, 1]});
    expect(toValue([])).toMatchObject({dtype: 'float64', shape: [0]});
    expect(() => toValue([1, 'a'])).toThrow('different kinds of values');
    expect(() => toValue([[1], 2])).toThrow('different depths');
    expect(() => toValue([1, [2]])).toThrow('different depths');
    expect(() => toValue(['a'])).toThrow('a list of strings');
  });
});

describe('what cannot be stored', () => {
  test.each([
    [new Date(0), 'class Date'],
    [new Map(), 'class Map'],
    [() => 1, 'function'],
    [Symbol('s'), 'symbol'],
    [{width: 1, height: 1, rgba: new Uint8Array(3)}, 'needs a Uint8Array of 4 bytes'],
    [{dtype: 'complex64', shape: [2], data: Float32Array.of(1, 2)}, 'needs 4'],
  ])('says what it is: %o', (result, said) => {
    expect(() => toValue(result)).toThrow(said);
  });
});
