import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {createFolder, WriterProcess, writeFragment} from '@firstlight/store';
import Database from 'better-sqlite3';
import {expect, test} from 'vitest';
import {firstlight, temporaryDirectory} from './command.ts';

const run = {proposal: 1234, run: 7};

/** A folder with one value, and a fragment that waits. */
async function folderWithValues(directory: string): Promise<string> {
  const dir = join(directory, 'experiment');
  createFolder(dir, {proposal: 1234, contextPython: 'python3'});
  const extracted = join(dir, 'extracted_data');
  writeFragment(extracted, run, [{name: 'a', outcome: {state: 'ok', cell: {data: 1}}}]);
  {
    await using writer = await WriterProcess.start(dir);
    await writer.merge();
  }
  writeFragment(extracted, run, [{name: 'b', outcome: {state: 'ok', cell: {data: 2}}}]);
  return dir;
}

/** What a command says with `--json`, and how it ends. */
async function said(dir: string, ...args: string[]): Promise<{code: number | null; lines: unknown[]; sentence: string}> {
  const {code, lines, stderr} = await firstlight([...args, '--folder', dir, '--json']);
  return {code, lines, sentence: stderr.split('\n').find((line) => line.startsWith('✗')) ?? ''};
}

test('values, comments and settings are typed on the command line, and refused with a sentence', {timeout: 240_000}, async () => {
  using directory = temporaryDirectory();
  const dir = await folderWithValues(directory.path);
  expect(await said(dir, 'set', '7', 'temperature', '-5.5', '--type', 'number', '--author', 'eva')).toMatchObject({
    code: 0,
    lines: [{event: 'set', proposal: 1234, run: 7, name: 'temperature', value: '-5.5'}],
  });
  expect(await said(dir, 'set', '7', 'temperature', 'warm')).toMatchObject({code: 1, lines: [], sentence: '✗ "warm" is not a number.'});
  expect(await said(dir, 'set', '8', 'temperature', '1')).toMatchObject({code: 1, sentence: expect.stringContaining('There is no run 8')});
  expect(await said(dir, 'set', '7')).toMatchObject({code: 2});
  expect((await said(dir, 'comment', '7', 'good')).lines).toEqual([{event: 'commented', ...run, text: 'good'}]);
  expect((await said(dir, 'comment', '--at', '1700000000', 'beam back')).lines).toEqual([
    {event: 'comment', id: 1, at: 1.7e9, text: 'beam back'},
  ]);
  expect((await said(dir, 'comment')).lines).toEqual([{event: 'comment', id: 1, at: 1.7e9, text: 'beam back'}]);
  expect(await said(dir, 'comment', '--at', 'teatime', 'x')).toMatchObject({code: 2});
  expect((await said(dir, 'settings', 'fl_fragment_owners', 'nobody')).lines).toEqual([{key: 'fl_fragment_owners', value: 'nobody'}]);
  expect(await said(dir, 'settings', 'data_format_version', '3')).toMatchObject({
    code: 1,
    sentence: expect.stringContaining('cannot be changed'),
  });
  const database = new Database(join(dir, 'runs.sqlite'));
  expect(database.prepare('SELECT run, temperature, comment FROM runs').all()).toEqual([{run: 7, temperature: -5.5, comment: 'good'}]);
  database.close();
});

test('fragments are listed and merged, and a folder is described and verified, on the command line', {timeout: 240_000}, async () => {
  using directory = temporaryDirectory();
  const dir = await folderWithValues(directory.path);
  expect((await said(dir, 'merge', '--dry-run')).lines).toEqual([
    expect.objectContaining({event: 'fragment', state: 'waiting', names: ['b'], ...run}),
    {event: 'finished', merged: 0, quarantined: 0, waiting: 1, unfinished: 0},
  ]);
  expect((await said(dir, 'merge')).lines.at(-1)).toEqual({event: 'finished', merged: 1, quarantined: 0, waiting: 0, unfinished: 0});
  expect(await said(dir, 'verify')).toMatchObject({
    code: 0,
    lines: [{event: 'verified', values: 2, lost: 0, doubled: 0, corrupt: 0, orphaned: 0}],
  });
  expect((await said(dir, 'open')).lines).toEqual((await firstlight(['open', dir, '--json'])).lines); // --folder, as everywhere
  expect((await firstlight(['open', dir, '--json'])).lines).toEqual([
    {version: 4, proposals: [1234], runs: 1, variables: 2, writable: true, migrate: null},
  ]);
  const upToDate = expect.stringContaining('needs no migration');
  expect(await firstlight(['migrate', dir])).toMatchObject({code: 0, stdout: upToDate});
  expect(await firstlight(['migrate', dir, '--json'])).toMatchObject({code: 0, lines: [{event: 'current', text: upToDate}]});
  rmSync(join(dir, 'extracted_data', 'p1234_r7.h5'));
  expect(await said(dir, 'verify')).toMatchObject({
    code: 1,
    lines: [
      {event: 'defect', kind: 'lost', ...run, name: 'a', text: expect.any(String)},
      {event: 'defect', kind: 'lost', ...run, name: 'b', text: expect.any(String)},
      {event: 'verified', values: 2, lost: 2, doubled: 0, corrupt: 0, orphaned: 0},
    ],
  });
});
