import {expect, test} from 'vitest';
import type {Value} from '../src/index.ts';
import {ReaderProcess, WriterProcess, writeFragment} from '../src/index.ts';
import {leave, newFolder, run} from './folders.ts';
import {array} from './support.ts';

const floats = (...values: number[]) => array('float64', [values.length], Float64Array.from(values));
const grid = (...values: number[]) => array('float64', [2, values.length / 2], Float64Array.from(values));
const labelled = (values: number[], energy: number[]) => ({
  kind: 'DataArray' as const,
  array: floats(...values),
  dims: ['energy'],
  coords: {energy: {...floats(...energy), dims: ['energy']}},
  attrs: {},
});
const complex = (...values: number[]) => array('complex128', [values.length / 2], Float64Array.from(values));
const integers = (...values: bigint[]) => array('int64', [values.length], BigInt64Array.from(values));

/** Two versions of a value, and the parts that differ. */
const pairs: [what: string, before: Value, after: Value, parts: object[]][] = [
  ['the same', floats(1, NaN, 3), floats(1, NaN, 3), []],
  [
    'some elements, the mean being the same',
    grid(1, 2, 3, 4),
    grid(1, 2.5, 2.5, 4),
    [{part: 'data', a: 'float64 (2, 2)', different: 2, elements: 4, largest: {difference: 0.5, at: [0, 1]}}],
  ],
  ['numbers that are none any more', floats(1, 2), floats(NaN, 2), [{different: 1, largest: null}]],
  ['large integers', integers(2n ** 60n, 1n), integers(2n ** 60n + 1n, 4n), [{different: 2, largest: {difference: 3, at: [1]}}]],
  ['complex numbers', complex(1, 1, 2, 0), complex(4, 5, 2, 0), [{different: 1, elements: 2, largest: {difference: 5, at: [0]}}]],
  ['another type', floats(1, 2), array('float32', [2], Float32Array.of(1, 2)), [{a: 'float64 (2)', b: 'float32 (2)', different: 0}]],
  ['another shape', floats(1, 2), floats(1, 2, 3), [{a: 'float64 (2)', b: 'float64 (3)', different: null, largest: null}]],
  [
    'labels only',
    labelled([1, 2], [10, 20]),
    labelled([1, 2], [10, 21]),
    [{part: 'coords.energy', different: 1, largest: {difference: 1, at: [1]}}],
  ],
];

test('the data of two versions are compared, element by element', async () => {
  const folder = newFolder();
  await using writer = await WriterProcess.start(folder.dir);
  await using reader = await ReaderProcess.start();
  for (const version of [0, 1] as const) {
    pairs.forEach(([, ...data], index) => leave(folder, `value${index}`, {data: data[version]}));
    await writer.merge();
  }
  for (const [index, [what, , , parts]] of pairs.entries()) {
    const diff = await reader.compareData(folder.dir, run, `value${index}`, 1, 2);
    expect(diff, what).toMatchObject({parts});
    expect(diff.parts, what).toHaveLength(parts.length);
  }
  await expect(reader.compareData(folder.dir, run, 'value0', 1, 3)).rejects.toMatchObject({code: 'no-version'});
});

test('data that is not there cannot be compared', async () => {
  const folder = newFolder();
  await using writer = await WriterProcess.start(folder.dir);
  await using reader = await ReaderProcess.start();
  for (const outcome of [{state: 'ok', cell: {data: floats(1)}}, {state: 'none'}] as const) {
    writeFragment(folder.extractedData, run, [{name: 'value', outcome}]);
    await writer.merge();
  }
  expect(await reader.compareData(folder.dir, run, 'value', 1, 2)).toEqual({parts: null});
});
