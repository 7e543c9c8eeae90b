import {join} from 'node:path';
import {type Coordinate, isFirstlightError, type NDArray} from '@firstlight/core';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {createFolder, openFolder, ReaderProcess} from '../src/index.ts';
import {python, runPython, temporaryDirectory} from './support.ts';

interface SaidArray {
  readonly dtype: string;
  readonly data: string | string[];
}

type Said = Record<string, {columns: [string | null, SaidArray][]; index: [string | null, SaidArray][]}>;

const run = {proposal: 1234, run: 1};
const frames = ['every', 'missing', 'levels', 'counted', 'no_rows'];
const series = ['series', 'nameless', 'same'];

/** An array as the Python script says it. */
const said = ({dtype, data}: NDArray): SaidArray => ({
  dtype,
  data: ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex') : [...data],
});

const saidIndex = (coords: Readonly<Record<string, Coordinate>>): SaidArray[] => Object.values(coords).map(said);

describe('pandas tables, as DAMNIT 0.4 stores them,', () => {
  const directory = temporaryDirectory(afterAll);
  const dir = join(directory, 'folder');
  let expected: Said;
  let reader: ReaderProcess;

  beforeAll(async () => {
    createFolder(dir, {proposal: 1234, contextPython: python});
    const file = join(openFolder(dir).extractedData, 'p1234_r1.h5');
    expected = JSON.parse(await runPython([join(import.meta.dirname, 'tables.py'), file], {directory})) as Said;
    reader = await ReaderProcess.start();
  });
  afterAll(() => reader?.[Symbol.asyncDispose]());

  test.each(frames)('the DataFrame "%s" is a Dataset, each column to the last bit', async (name) => {
    const read = await reader.readData(dir, run, name);
    const {variables, coords} = read as Extract<typeof read, {kind: 'Dataset'}>;
    const columns = Object.entries(variables).map(([column, {array}]) => [column, said(array)]);
    expect(columns).toEqual(expected[name]?.columns);
    expect(saidIndex(coords)).toEqual(expected[name]?.index.map(([, level]) => level));
  });

  test.each(series)('the Series "%s" is a DataArray along its index', async (name) => {
    const read = await reader.readData(dir, run, name);
    const {array, coords, name: own = null} = read as Extract<typeof read, {kind: 'DataArray'}>;
    expect([[own, said(array)]]).toEqual(expected[name]?.columns);
    expect(saidIndex(coords)).toEqual(expected[name]?.index.map(([, level]) => level));
  });

  test.each([...frames, ...series])('what "%s" is, is known without reading its rows, and true', async (name) => {
    const {kind, arrays, table, shape} = await reader.describeValue(dir, run, name);
    const {columns, index} = expected[name] as Said[string];
    expect([kind, table]).toEqual([frames.includes(name) ? 'Dataset' : 'DataArray', true]);
    const told = arrays.map(({dtype, coordinate}) => [dtype, coordinate]);
    const inside = frames.includes(name) ? columns.map(([, {dtype}]) => [dtype, false]) : [];
    expect(told).toEqual([...inside, ...index.map(([, {dtype}]) => [dtype, true])]);
    expect(frames.includes(name) ? arrays[0]?.shape : shape).toEqual(expect.any(Array));
  });

  test('times are nanoseconds, and say so', async () => {
    const {arrays} = await reader.describeValue(dir, run, 'every');
    expect(arrays.find(({name}) => name === 'time')).toMatchObject({dims: ['trainId'], attrs: {units: 'nanoseconds since 1970-01-01'}});
  });

  test('a part of a Series comes with its index; a Series is what a double click shows, a DataFrame not', async () => {
    const part = await reader.readData(dir, run, 'series', {slice: [{start: 1, stop: 3}]});
    expect(part).toMatchObject({array: {data: Float64Array.of(2, 4)}, coords: {index: {data: Float64Array.of(1.5, 2.5)}}});
    expect(await reader.readPreview(dir, run, 'series')).toMatchObject({kind: 'DataArray'});
    expect(await reader.readPreview(dir, run, 'every')).toBeUndefined();
  });

  test('one that is damaged costs one sentence', async () => {
    for (const read of [reader.readData(dir, run, 'broken'), reader.describeValue(dir, run, 'broken')]) {
      const error: unknown = await read.catch((thrown: unknown) => thrown);
      expect(isFirstlightError(error, 'damaged-value')).toBe(true);
    }
  });
});
