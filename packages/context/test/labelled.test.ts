import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {writeFragment} from '@firstlight/store';
import {expect, onTestFinished, test} from 'vitest';
import {dataArray, dataset} from '../src/index.ts';
import {toCellValue} from '../src/runner/child/convert.ts';

const python = fileURLToPath(new URL('../../../.venv/bin/python', import.meta.url));
const script = `
import json, sys, xarray as xr
path = sys.argv[1]
def plain(array):
    coords = {name: [list(each.dims), each.values.tolist(), each.dtype.name] for name, each in array.coords.items()}
    return {'name': array.name, 'dims': list(array.dims), 'dtype': array.dtype.name, 'data': array.values.tolist(), 'coords': coords, 'attrs': array.attrs}
line = xr.load_dataarray(path, group='line', engine='h5netcdf')
both = xr.load_dataset(path, group='both', engine='h5netcdf')
print(json.dumps([plain(line), plain(both['mean']), plain(both['count']), plain(both['good'])]))
`;

test('a labelled array or Dataset that a variable returns is the same in xarray', () => {
  const directory = mkdtempSync(join(tmpdir(), 'firstlight-labelled-'));
  onTestFinished(() => rmSync(directory, {recursive: true}));
  const frames = dataArray(
    Float32Array.from({length: 24}, (_, i) => i / 4),
    {dims: 'pixel'},
  ).rename('frames');
  const stack = dataArray(
    {dtype: 'float32', shape: [4, 6], data: frames.values},
    {
      dims: ['trainId', 'pixel'],
      name: 'frames',
      units: 'ADU',
      coords: {trainId: BigUint64Array.of(1n, 2n, 3n, 2n ** 60n), gain: 2, side: {dims: 'pixel', values: ['l', 'l', 'm', 'm', 'r', 'r']}},
    },
  );
  // A view that lies neither contiguous nor in order.
  const line = stack.transpose().isel({trainId: {step: -1}, pixel: {start: 1, step: 2}});
  const groups = stack.groupBy('side');
  const both = dataset({mean: groups.mean(), count: groups.count(), good: groups.max().gt(2)});
  const results = Object.entries({line, both}).map(([name, value]) => {
    const cell = toCellValue(value);
    if (!cell) throw new Error(`${name} is no value`);
    return {name, outcome: {state: 'ok', cell}} as const;
  });
  const file = writeFragment(directory, {proposal: 1, run: 1}, results);
  const read = JSON.parse(execFileSync(python, ['-c', script, join(directory, file)], {encoding: 'utf8'})) as unknown[];
  const trains = [['trainId'], [2 ** 60, 3, 2, 1], 'uint64'];
  const sides = [['side'], ['l', 'm', 'r'], expect.any(String)];
  expect(read).toEqual([
    {
      name: 'frames',
      dims: ['pixel', 'trainId'],
      dtype: 'float32',
      data: [1, 3, 5].map((pixel) => [3, 2, 1, 0].map((train) => (6 * train + pixel) / 4)),
      coords: {trainId: trains, gain: [[], 2, 'float64'], side: [['pixel'], ['l', 'm', 'r'], expect.any(String)]},
      attrs: {units: 'ADU'},
    },
    {
      name: 'mean',
      dims: ['trainId', 'side'],
      dtype: 'float32',
      data: [0, 1, 2, 3].map((train) => [0, 1, 2].map((side) => (6 * train + 2 * side + 0.5) / 4)),
      coords: {trainId: [['trainId'], [1, 2, 3, 2 ** 60], 'uint64'], gain: [[], 2, 'float64'], side: sides},
      attrs: {units: 'ADU'},
    },
    expect.objectContaining({dtype: 'int64', data: Array.from({length: 4}, () => [2, 2, 2])}),
    expect.objectContaining({
      dtype: 'bool',
      data: [
        [false, false, false],
        [false, true, true],
        [true, true, true],
        [true, true, true],
      ],
    }),
  ]);
});
