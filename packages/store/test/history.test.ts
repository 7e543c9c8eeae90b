import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {openFile} from '@firstlight/hdf5';
import Database from 'better-sqlite3';
import {expect, test} from 'vitest';
import {type CellValue, type ExperimentFolder, WriterProcess, writeFragment} from '../src/index.ts';
import {leave, newFolder, run} from './folders.ts';
import {array} from './support.ts';
import {everyKind} from './values.ts';

interface Version {
  readonly name: string;
  readonly version: number;
  readonly state: string;
  readonly value: unknown;
  readonly kind: string | null;
  readonly is_whole: number;
  readonly kept: string | null;
  readonly provenance: string;
  readonly identity: string | null;
  readonly fragment: string | null;
}

function versionsOf({database}: ExperimentFolder): Version[] {
  const connection = new Database(database, {readonly: true});
  try {
    return connection.prepare<[], Version>('SELECT * FROM fl_history ORDER BY proposal, run, name, version').all();
  } finally {
    connection.close();
  }
}

test('every value that is stored becomes a version, whatever became of it', async () => {
  const folder = newFolder();
  await using writer = await WriterProcess.start(folder.dir);
  leave(folder, 'value', {data: 1});
  await writer.merge();
  leave(folder, 'value', {data: 2});
  leave(folder, 'value', {data: 3});
  await writer.merge();
  writeFragment(folder.extractedData, run, [{name: 'value', outcome: {state: 'none'}}]);
  await writer.merge();
  writeFragment(folder.extractedData, run, [{name: 'value', outcome: {state: 'failed', errorClass: 'ValueError', message: 'no'}}]);
  writeFragment(folder.extractedData, run, [{name: 'value', outcome: {state: 'skipped', errorClass: 'Skip', message: 'left out'}}]);
  await writer.merge();
  expect(versionsOf(folder).map(({version, state, value}) => [version, state, value])).toEqual([
    [1, 'ok', 1],
    [2, 'ok', 2],
    [3, 'ok', 3],
    [4, 'none', null],
    [5, 'failed', null],
    [6, 'skipped', null],
  ]);
});

test('data that the summary does not tell is kept when it is replaced, also that of a value replaced in the same merge', async () => {
  const folder = newFolder();
  await using writer = await WriterProcess.start(folder.dir);
  leave(folder, 'line', {data: array('float64', [3], Float64Array.of(1, 2, 3))});
  leave(folder, 'number', {data: 1});
  await writer.merge();
  leave(folder, 'line', everyKind.labelled_line as never);
  leave(folder, 'line', {data: array('float64', [3], Float64Array.of(7, 8, 9))});
  leave(folder, 'number', {data: 2});
  await writer.merge();
  const directory = join(folder.privateDir, 'history/p1234_r7');
  expect(readdirSync(directory).toSorted()).toEqual(['line@1.h5', 'line@2.h5']);
  const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
  expect(['', '..', 'line@1.h5'].map((name) => mode(join(directory, name)))).toEqual(['777', '777', '666']); // others may write here, too
  using first = openFile(join(directory, 'line@1.h5'), 'r');
  expect(first.value('line/data')).toMatchObject({data: Float64Array.of(1, 2, 3)});
  expect(versionsOf(folder).map(({name, version, kept}) => [name, version, kept])).toEqual([
    ['line', 1, 'p1234_r7/line@1.h5'],
    ['line', 2, 'p1234_r7/line@2.h5'],
    ['line', 3, null],
    ['number', 1, null],
    ['number', 2, null],
  ]);
});

const line = (first: number): CellValue => ({
  data: array(
    'float64',
    [500],
    Float64Array.from({length: 500}, (_, i) => first + i),
  ),
});

/** A folder with six versions of one array and three of another, and what is kept of them. */
async function manyVersions(writer: WriterProcess, folder: ExperimentFolder): Promise<void> {
  for (const first of [1, 2, 3, 4, 5, 6]) {
    leave(folder, 'line', line(first));
    if (first % 2 === 0) leave(folder, 'other', line(first));
    await writer.merge();
  }
}

const keptIn = ({privateDir}: ExperimentFolder): string[] => readdirSync(join(privateDir, 'history/p1234_r7')).toSorted();

test('of each value the data of the last three older versions is kept, within a share of what the runs take', async () => {
  const folder = newFolder();
  await using writer = await WriterProcess.start(folder.dir);
  await manyVersions(writer, folder);
  expect(keptIn(folder)).toHaveLength(7);
  await writer.pruneKept(); // A tenth of so little is less than one array, but room for all.
  expect(keptIn(folder)).toEqual(['line@3.h5', 'line@4.h5', 'line@5.h5', 'other@1.h5', 'other@2.h5']);
  await writer.edit({edit: 'setting', key: 'fl_history_share', text: '10'}, null);
  expect(await writer.pruneKept()).toBe(false);
  expect(keptIn(folder)).toEqual(['line@3.h5', 'line@4.h5', 'line@5.h5', 'other@1.h5', 'other@2.h5']);
  await writer.edit({edit: 'setting', key: 'fl_history_versions', text: '2'}, null);
  await writer.pruneKept();
  expect(keptIn(folder)).toEqual(['line@4.h5', 'line@5.h5', 'other@1.h5', 'other@2.h5']);
  await writer.edit({edit: 'setting', key: 'fl_history_share', text: '0.9'}, null);
  await writer.pruneKept();
  expect(keptIn(folder)).toEqual(['line@5.h5']);
  expect(versionsOf(folder).flatMap(({kept}) => kept ?? [])).toEqual(['p1234_r7/line@5.h5']);
  expect(versionsOf(folder)).toHaveLength(9);
});

test('what alone is more than the share goes, and of one age the largest, so that one picture does not drive out all numbers', async () => {
  const folder = newFolder();
  await using writer = await WriterProcess.start(folder.dir);
  const ofLength = (length: number, first: number): CellValue => ({
    data: array(
      'float64',
      [length],
      Float64Array.from({length}, (_, i) => first + i),
    ),
  });
  for (const first of [1, 2]) {
    const lengths = {a: 100, big: 20_000, huge: 100_000, small: 100};
    const all = Object.entries(lengths).map(([name, length]) => ({name, outcome: {state: 'ok' as const, cell: ofLength(length, first)}}));
    writeFragment(folder.extractedData, run, all);
    await writer.merge();
  }
  expect(keptIn(folder)).toEqual(['a@1.h5', 'big@1.h5', 'huge@1.h5', 'small@1.h5']);
  await writer.edit({edit: 'setting', key: 'fl_history_share', text: '0.3'}, null); // 290 kB
  await writer.pruneKept();
  expect(keptIn(folder)).toEqual(['a@1.h5', 'big@1.h5', 'small@1.h5']);
  await writer.edit({edit: 'setting', key: 'fl_history_share', text: '0.17'}, null); // 164 kB
  await writer.pruneKept();
  expect(keptIn(folder)).toEqual(['a@1.h5', 'small@1.h5']);
});

test.each(['before-pruning', 'while-pruning'])('data that a crash %s left behind is removed by the next writer', async (step) => {
  const folder = newFolder();
  {
    await using writer = await WriterProcess.start(folder.dir, {environment: {...process.env, FIRSTLIGHT_FAULT: `writer:${step}`}});
    await manyVersions(writer, folder);
    await expect(writer.pruneKept()).rejects.toMatchObject({code: 'helper-crashed'});
  }
  await using writer = await WriterProcess.start(folder.dir);
  await writer.edit({edit: 'setting', key: 'fl_history_share', text: '10'}, null);
  await writer.pruneKept();
  expect(keptIn(folder).map((name) => `p1234_r7/${name}`)).toEqual(versionsOf(folder).flatMap(({kept}) => kept ?? []));
});
