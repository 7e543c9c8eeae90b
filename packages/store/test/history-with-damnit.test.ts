import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {openFile} from '@firstlight/hdf5';
import Database from 'better-sqlite3';
import {expect, test} from 'vitest';
import {type ExperimentFolder, openFolder, ReaderProcess, WriterProcess} from '../src/index.ts';
import {fragmentsOf, leave, newFolder, run} from './folders.ts';
import {leaveWithOrigin, originOf} from './origins.ts';
import {array, runDamnit, runPython, temporaryDirectory} from './support.ts';

const line = (first: number) => ({data: array('float64', [3], Float64Array.of(first, 0, 0))});

/** What the official package reads of some values, and what its table holds. */
async function official(directory: string, {dir}: ExperimentFolder, names: readonly string[]): Promise<Record<string, unknown>> {
  const code = `
import json, sys
from damnit import Damnit
api = Damnit(sys.argv[1])
read = {name: float(api[7, name].read().sum()) for name in sys.argv[2:]}
print(json.dumps({"read": read, "table": sorted(api.table().columns), "values": sorted(api[7].keys())}))
`;
  return JSON.parse(await runPython(['-c', code, dir, ...names], {directory})) as Record<string, unknown>;
}

const ownGroupIn = ({extractedData}: ExperimentFolder): boolean => {
  using file = openFile(join(extractedData, 'p1234_r7.h5'), 'r');
  return file.has('.firstlight');
};

test('neither our tables nor what fragments say of origins is seen by the official package, whoever merges', async () => {
  const directory = temporaryDirectory();
  const folder = newFolder(directory);
  leaveWithOrigin(folder, 'start_time', {data: 1.7e9}, originOf());
  leaveWithOrigin(folder, 'merged_by_them', line(1), originOf());
  {
    await using writer = await WriterProcess.start(folder.dir);
    leaveWithOrigin(folder, 'merged_by_us', line(2), originOf());
    await writer.merge();
    expect(ownGroupIn(folder)).toBe(false);
  }
  leaveWithOrigin(folder, 'merged_by_them', line(5), originOf());
  leaveWithOrigin(folder, 'merged_by_us', line(6), originOf());
  await runDamnit(['combiner', 'now', '.'], {directory, folder: folder.dir});
  expect(fragmentsOf(folder)).toEqual([]);
  const names = ['merged_by_them', 'merged_by_us'];
  expect(await official(directory, folder, names)).toMatchObject({
    read: {merged_by_them: 5, merged_by_us: 6},
    values: [...names, 'start_time'],
  });
  // And back: what they merged is a version of which nobody knows the origin, and what it replaced is told.
  await using writer = await WriterProcess.start(folder.dir);
  await using reader = await ReaderProcess.start();
  leaveWithOrigin(folder, 'merged_by_them', line(9), originOf());
  await writer.merge();
  expect(ownGroupIn(folder)).toBe(false);
  const history = await reader.history(folder.dir, run, 'merged_by_them');
  expect(history.map(({version, origin, kind}) => [version, origin === null, kind])).toEqual([
    [3, false, 'float64 (3,)'],
    [2, true, 'float64 (3,)'],
    [1, false, 'float64 (3,)'],
  ]);
  expect(await reader.readData(folder.dir, run, 'merged_by_them', {version: 2})).toMatchObject({array: {data: Float64Array.of(5, 0, 0)}});
  expect(await official(directory, folder, names)).toMatchObject({read: {merged_by_them: 9, merged_by_us: 6}});
});

test('values that damnit.submit() sends are versions with what it says of who made them', async () => {
  const directory = temporaryDirectory();
  const folder = newFolder(directory);
  await using writer = await WriterProcess.start(folder.dir);
  await using reader = await ReaderProcess.start();
  leave(folder, 'sent', {data: 1});
  await writer.merge();
  const call = 'submit(1234, 7, {"sent": 4.5}, provenance="analysis.ipynb", damnit_dir=sys.argv[1])';
  const code = `import sys\nfrom damnit import submit\ntry:\n    ${call}\nexcept Exception as error:\n    print(error)  # there is no broker to tell\n`;
  await runPython(['-c', code, folder.dir], {directory});
  await writer.merge();
  const [newest, oldest] = await reader.history(folder.dir, run, 'sent');
  expect(newest).toMatchObject({version: 2, summary: 4.5, provenance: 'analysis.ipynb', origin: null, author: null});
  expect(oldest).toMatchObject({version: 1, summary: 1});
});

test('a folder in which only official tools ever wrote has a history, too, also when it can only be read', async () => {
  const directory = temporaryDirectory();
  const folder = newFolder(directory);
  const connection = new Database(folder.database);
  for (const {name} of connection
    .prepare<[], {name: string}>("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'fl%'")
    .all())
    connection.exec(`DROP TABLE ${name}`);
  connection.close();
  leave(folder, 'value', line(3));
  await runDamnit(['combiner', 'now', '.'], {directory, folder: folder.dir});
  await using reader = await ReaderProcess.start();
  expect(await reader.history(folder.dir, run, 'value')).toMatchObject([{version: 1, isCurrent: true, state: 'ok', origin: null}]);
  expect(await reader.readData(folder.dir, run, 'value', {version: 1})).toMatchObject({array: {data: Float64Array.of(3, 0, 0)}});
  expect((await reader.origins(folder.dir)).length).toBe(0);
  expect(await reader.source(folder.dir, 'none')).toBeUndefined();
  expect(existsSync(join(openFolder(folder.dir).privateDir, 'history'))).toBe(false);
});
