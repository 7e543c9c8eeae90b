import {mkdirSync, readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, describe, expect, test} from 'vitest';
import {type ExperimentFolder, exportTo, WriterProcess} from '../src/index.ts';
import {folderToExport} from './export-folder.ts';
import {leave, newFolder} from './folders.ts';
import {runPython, temporaryDirectory} from './support.ts';

const script = new URL('./read-exports.py', import.meta.url).pathname;
let directory: string;
let folder: ExperimentFolder;
beforeAll(async () => {
  const later: (() => void)[] = [];
  directory = temporaryDirectory((remove) => later.push(remove));
  folder = await folderToExport(directory);
  return () => later.forEach((remove) => remove());
});

/** What a reader of the format finds; it stops at the first cell that is not as in the database. */
const compared = async (file: string, selection: object = {}): Promise<unknown> =>
  JSON.parse(await runPython([script, folder.dir, file, JSON.stringify(selection)], {directory}));

describe('every cell is as it was for', () => {
  test.each(['csv', 'parquet', 'xlsx', 'h5'])('who reads %s', async (extension) => {
    const file = join(directory, `all.${extension}`);
    expect(await exportTo(folder.dir, file)).toMatchObject({file, runs: 5});
    expect(await compared(file)).toMatchObject({rows: 5, checked: expect.any(Number)});
  });

  test.each(['csv', 'parquet', 'h5'])('who reads a selection as %s', async (extension) => {
    const file = join(directory, `some.${extension}`);
    const {variables} = await exportTo(folder.dir, file, {runs: [7, 9], proposal: 1234, variables: ['float*', 'labelled_line']});
    expect(variables).toBe(7);
    const names = ['float', 'float_whole', 'float_single', 'float_half', 'float_nan', 'float_infinite', 'labelled_line'];
    await expect(compared(file, {runs: [7, 9], names})).rejects.toThrow(/Error/); // the other proposal has a run 7, too
    const both = join(directory, `both.${extension}`);
    await exportTo(folder.dir, both, {runs: [7, 9], variables: ['float*', 'labelled_line']});
    expect(await compared(both, {runs: [7, 9], names})).toMatchObject({rows: 3});
  });
});

test('Markdown is a table a person reads', async () => {
  const file = join(directory, 'all.md');
  await exportTo(folder.dir, file, {variables: ['comment', 'float', 'mixed', 'line', 'complex', 'integer', 'image'], proposal: 1234});
  expect(readFileSync(file, 'utf8')).toMatchInlineSnapshot(`
    "| Proposal | Run | Start time (UTC) | Comment | Pulse energy \\[mJ\\] | complex | image | integer | line | mixed |
    | --: | --: | --- | --- | --: | --- | --- | --: | --- | --- |
    | 1234 | 7 | 2023-11-14 22:13:20 |  | 2.5 | 1 - 2i | picture | 42 | 4 points | 5 |
    | 1234 | 8 |  | the \\*good\\* one | failed: ValueError: no beam \\| at all |  |  | 1152921504606846976 |  | five, "quoted" |
    | 1234 | 9 |  |  | 0 |  |  | skipped: ValueError: no beam \\| at all |  |  |
    | 1234 | 10 |  |  |  |  |  |  | 4 points |  |
    "
  `);
});

test('a header of titles says the name where two are the same', async () => {
  const file = join(directory, 'titles.csv');
  await exportTo(folder.dir, file, {titles: true, variables: ['float', 'float_whole', 'integer'], runs: [8]});
  expect(readFileSync(file, 'utf8').split('\n')[0]).toBe(
    'Proposal,Run,Start time (UTC),Pulse energy (float),Pulse energy (float_whole),integer',
  );
});

describe('nothing is written when', () => {
  const nowhere = () => join(directory, 'nothing.csv');
  test.each([
    ['the file is there', 'all.csv', {}, 'file-exists'],
    ['the name says no format', 'all.doc', {}, 'bad-format'],
    ['there is no such run', 'nothing.csv', {runs: [99]}, 'no-such-run'],
    ['there is no such variable', 'nothing.csv', {variables: ['flaot']}, 'no-such-variable'],
    ['the place is not there', 'none/nothing.csv', {}, 'no-place'],
  ])('%s', async (_, name, options, code) => {
    await expect(exportTo(folder.dir, join(directory, name), options)).rejects.toMatchObject({code});
    expect(readdirSync(directory).filter((entry) => entry.includes('nothing'))).toEqual([]);
  });

  test('it is stopped', async () => {
    const stopping = new AbortController();
    const onProgress = () => stopping.abort();
    await expect(exportTo(folder.dir, nowhere(), {signal: stopping.signal, onProgress})).rejects.toThrow(/abort/);
    expect(readdirSync(directory).filter((entry) => entry.includes('nothing'))).toEqual([]);
  });
});

test.each(['h5', 'zip'])('a run whose data are damaged is told of, and the others are in the %s file', async (extension) => {
  const damaged = await folderToExport(temporaryDirectory());
  writeFileSync(join(damaged.extractedData, 'p1234_r8.h5'), 'not HDF5');
  const {runs, problems} = await exportTo(damaged.dir, join(damaged.dir, '..', `damaged.${extension}`));
  expect({runs, problems}).toEqual({
    runs: 5,
    problems: [expect.stringMatching(/^The data of run 8 of proposal 1234 are missing: .*p1234_r8\.h5/)],
  });
});

test('a file that is there is replaced on demand', async () => {
  const file = join(directory, 'again.csv');
  mkdirSync(directory, {recursive: true});
  writeFileSync(file, 'old');
  await exportTo(folder.dir, file, {force: true, runs: [10]});
  expect(readFileSync(file, 'utf8')).toMatch(/^proposal,run/);
});

test('a variable that is called like what every table has is told from it', async () => {
  const odd = newFolder(temporaryDirectory());
  leave(odd, 'run', {data: 2.5});
  await using writer = await WriterProcess.start(odd.dir);
  await writer.merge();
  for (const extension of ['csv', 'parquet', 'h5', 'xlsx']) await exportTo(odd.dir, join(odd.dir, '..', `odd.${extension}`));
  expect(readFileSync(join(odd.dir, '..', 'odd.csv'), 'utf8')).toBe('proposal,run,start_time,run.value\n1234,7,,2.5\n');
});

test('a workbook of variables without units has no empty row for them', async () => {
  const plain = newFolder(temporaryDirectory());
  leave(plain, 'count', {data: 2});
  await using writer = await WriterProcess.start(plain.dir);
  await writer.merge();
  const file = join(plain.dir, '..', 'plain.xlsx');
  await exportTo(plain.dir, file);
  const read = 'import sys, pandas; frame = pandas.read_excel(sys.argv[1]); print(frame["count"].dtype, len(frame))';
  expect((await runPython(['-W', 'ignore', '-c', read, file], {directory})).trim()).toBe('int64 1');
});
