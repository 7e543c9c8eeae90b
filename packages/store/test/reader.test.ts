import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type ExperimentFolder, ReaderProcess, summarise, type Value, writeFragment} from '../src/index.ts';
import {isPng} from '../src/database/summaries.ts';
import {FolderWriter} from '../src/writer/folder-writer.ts';
import {leave, newFolder, run, storedCells} from './folders.ts';
import {array, temporaryDirectory} from './support.ts';
import {everyKind} from './values.ts';

/** What `readData` gives for a value. */
function asRead(data: Value): unknown {
  if (typeof data === 'string') return {kind: 'text', text: data};
  if (typeof data !== 'object' || data === null || 're' in data) return {kind: 'array', array: summarise({data}).stored, fullShape: []};
  if (!('kind' in data)) return {kind: 'array', array: data, fullShape: data.shape};
  if (data.kind === 'plotly') return {kind: 'plotly', figure: data.json};
  return data.kind === 'image' ? {kind: 'image', array: {shape: [20, 40, 4], data: data.rgba}} : data;
}

describe('a reader', () => {
  let folder: ExperimentFolder;
  let reader: ReaderProcess;

  const directory = temporaryDirectory(afterAll);

  beforeAll(async () => {
    folder = newFolder(directory);
    for (const [name, cell] of Object.entries(everyKind)) leave(folder, name, cell);
    using writer = FolderWriter.open(folder.dir);
    writer.merge();
    reader = await ReaderProcess.start();
  });
  afterAll(async () => {
    await reader[Symbol.asyncDispose]();
  });

  test.each(Object.entries(everyKind).filter(([, {data}]) => data !== null))('gives back %s as it was written', async (name, {data}) => {
    expect(await reader.readData(folder.dir, run, name)).toMatchObject(asRead(data) as object);
  });

  test('tells what a value is without reading it', async () => {
    const describe = (name: string) => reader.describeValue(folder.dir, run, name);
    expect(await describe('matrix_complex')).toMatchObject({kind: 'array', dtype: 'complex64', shape: [2, 2], bytes: 32, preview: null});
    expect(await describe('labelled_line')).toMatchObject({kind: 'DataArray', dims: ['energy'], bytes: 12, attrs: {units: 'counts'}});
    expect((await describe('dataset')).arrays.map(({name}) => name)).toEqual(['counts', 'good', 'x']);
    expect(await describe('cell_plotly')).toMatchObject({kind: 'array', preview: 'plotly'});
  });

  test('cuts arrays like numpy, and coordinates along', async () => {
    const slice = [{start: 1, stop: 3}, -1];
    expect(await reader.readData(folder.dir, run, 'matrix', {slice})).toEqual({
      kind: 'array',
      array: array('float64', [2], Float64Array.of(7, 11)),
      fullShape: [3, 4],
    });
    const cut = await reader.readData(folder.dir, run, 'labelled_matrix', {slice: [0, {start: 2}]});
    expect(cut).toMatchObject({dims: ['x'], array: {shape: [2]}, coords: {x: array('int64', [2], BigInt64Array.of(3n, 4n))}});
    await expect(reader.readData(folder.dir, run, 'matrix', {slice: [99]})).rejects.toMatchObject({code: 'hdf5-selection'});
  });

  test('says so when there is no value', async () => {
    await expect(reader.readData(folder.dir, run, 'nothing')).rejects.toMatchObject({code: 'no-value'});
    await expect(reader.readData(folder.dir, {proposal: 1, run: 1}, 'matrix')).rejects.toMatchObject({code: 'no-value'});
    await expect(reader.loadTable('/nowhere')).rejects.toMatchObject({code: 'no-folder'});
    expect(await reader.previewPng(folder.dir, run, 'nothing')).toBeUndefined();
  });

  test('gives the explicit preview first, then what can be drawn, then nothing', async () => {
    expect(await reader.readPreview(folder.dir, run, 'cell')).toMatchObject({kind: 'array', array: {shape: [2]}});
    expect(await reader.readPreview(folder.dir, run, 'cell_labelled')).toMatchObject({kind: 'DataArray', dims: ['t']});
    expect(await reader.readPreview(folder.dir, run, 'cell_image')).toMatchObject({kind: 'image'});
    expect(await reader.readPreview(folder.dir, run, 'colours')).toMatchObject({kind: 'array', array: {shape: [2, 2, 3]}});
    expect(await reader.readPreview(folder.dir, run, 'labelled_line')).toMatchObject({kind: 'DataArray'});
    for (const name of ['cube', 'integer', 'text', 'dataset']) expect(await reader.readPreview(folder.dir, run, name)).toBeUndefined();
  });

  test('has a picture of everything that can be drawn', async () => {
    for (const name of [
      'matrix',
      'line',
      'matrix_complex',
      'colours',
      'image',
      'plotly',
      'cell',
      'cell_image',
      'labelled_line',
      'labelled_matrix',
    ]) {
      expect(isPng((await reader.previewPng(folder.dir, run, name)) ?? new Uint8Array())).toBe(true);
    }
    for (const name of ['integer', 'text', 'cube']) expect(await reader.previewPng(folder.dir, run, name)).toBeUndefined();
  });

  test('loads the table with every summary', async () => {
    const {cells} = storedCells(folder);
    expect(Object.keys(cells)).toHaveLength(Object.keys(everyKind).length);
    expect(cells['7 bool_true']?.summary).toBe(true);
    expect(cells['7 integer_largest']?.summary).toBe(2n ** 63n - 1n);
    expect(cells['7 float_nan']).toMatchObject({state: 'ok', summary: Number.NaN});
    expect(cells['7 complex']?.summary).toEqual({re: 1, im: -2});
    expect(cells['7 matrix']?.summary).toEqual({image: '/7/matrix.png'});
    expect(cells['7 line']?.summary).toEqual({trendline: {x: [0, 1, 3, 4], y: [1, 5, -2, 3]}});
    expect(cells['7 cell']).toMatchObject({summary: 4, attributes: {units: 'µJ', bold: true, background: [255, 0, 16]}, maxDiff: 11});
    const some = await reader.loadCells(folder.dir, run, ['cell']);
    expect(some.cells.map(({length}) => length)).toEqual([1]);
  });
});

test('what a fragment says counts before it is merged', async () => {
  const folder = newFolder();
  await using reader = await ReaderProcess.start();
  leave(folder, 'value', {data: array('float64', [2, 2], new Float64Array(4))});
  using writer = FolderWriter.open(folder.dir);
  writer.merge();
  leave(folder, 'value', {data: 2});
  expect(await reader.readData(folder.dir, run, 'value')).toMatchObject({array: {shape: []}});
  expect(await reader.previewPng(folder.dir, run, 'value')).toBeUndefined();
  writeFragment(folder.extractedData, run, [{name: 'value', outcome: {state: 'none'}}]);
  await expect(reader.readData(folder.dir, run, 'value')).rejects.toMatchObject({code: 'no-value'});
});

test('a reader that is killed costs one request', async () => {
  const folder = newFolder();
  await using reader = await ReaderProcess.start();
  const lost = reader.loadTable(folder.dir);
  process.kill(reader.pid as number, 'SIGKILL');
  await expect(lost).rejects.toMatchObject({code: 'helper-crashed'});
  expect((await reader.loadTable(folder.dir)).runs).toEqual([]);
});

test('the data version tells of every change', async () => {
  const folder = newFolder();
  await using reader = await ReaderProcess.start();
  const before = await reader.dataVersion(folder.dir);
  expect(await reader.dataVersion(folder.dir)).toBe(before);
  using writer = FolderWriter.open(folder.dir);
  writer.ensureRun(run, 1);
  expect(await reader.dataVersion(folder.dir)).not.toBe(before);
});
