import {execFileSync} from 'node:child_process';
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createFolder, openFolder, WriterProcess, writeFragment} from '@firstlight/store';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {firstlight, printed, start} from './command.ts';

const parent = mkdtempSync(join(tmpdir(), 'firstlight-export-'));
const folder = join(parent, 'folder');
const put = (run: number, energy: number): string =>
  writeFragment(openFolder(folder).extractedData, {proposal: 1234, run}, [{name: 'energy', outcome: {state: 'ok', cell: {data: energy}}}]);
const table = (file: string): string[] => readFileSync(file, 'utf8').trim().split('\n').slice(1);

beforeAll(async () => {
  createFolder(folder, {proposal: 1234, contextPython: 'python3'});
  await using writer = await WriterProcess.start(folder);
  put(1, 2.5);
  put(2, 3.5);
  await writer.merge();
});
afterAll(() => rmSync(parent, {recursive: true}));

test('a selection goes to a file, and what is wrong with it is one sentence', async () => {
  const file = join(parent, 'a.csv');
  const {code, lines} = await firstlight(['export', '--to', file, '--runs', '2', '--vars', 'en*', '--folder', folder, '--json']);
  expect({code, lines}).toEqual({code: 0, lines: [{event: 'exported', file, runs: 1, variables: 1, problems: []}]});
  expect(table(file)).toEqual(['1234,2,,3.5']);
  const again = await firstlight(['export', '--to', file, '--folder', folder]);
  expect(again).toMatchObject({code: 1, stderr: expect.stringMatching(/^✗ .*a\.csv is there already; .* --force\.\n$/)});
  expect(await firstlight(['export', '--to', file, '--force', '--folder', folder])).toMatchObject({code: 0});
  expect(await firstlight(['export', '--to', file, '--force', '--runs', '2,8-9', '--folder', folder])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^1 run of 1 variable is in .*a\.csv\.\n$/),
    stderr: 'There are no runs 8, 9; the others were written.\n',
  });
  expect(await firstlight(['export', '--to', file, '--force', '--folder', folder])).toMatchObject({code: 0});
  expect(table(file)).toHaveLength(2);
  expect((await firstlight(['export', '--to', join(parent, 'a.pdf'), '--folder', folder])).stderr).toMatch(/\.csv, .*\.zip\./);
});

describe('values that wait to be stored', () => {
  test('are stored first', async () => {
    put(3, 4.5);
    const file = join(parent, 'waiting.csv');
    expect(await firstlight(['export', '--to', file, '--folder', folder])).toMatchObject({code: 0, stderr: ''});
    expect(table(file)).toHaveLength(3);
  });

  test('are stored by the server that owns the folder', async () => {
    const server = start(['serve', folder, '--port', '0', '--no-watch']);
    const ended = new Promise((resolve) => server.on('close', resolve));
    try {
      await printed(server, /ready (http:\S+)/);
      put(4, 5.5);
      const file = join(parent, 'served.csv');
      expect(await firstlight(['export', '--to', file, '--folder', folder])).toMatchObject({code: 0, stderr: ''});
      expect(table(file)).toHaveLength(4);
    } finally {
      server.kill('SIGTERM');
      await ended;
    }
  });

  test.skipIf(process.getuid?.() !== 0)('are told of in a folder that can only be looked at (needs root)', async () => {
    put(5, 6.5);
    execFileSync('chmod', ['-R', 'a+rX,go-w', folder]);
    execFileSync('chmod', ['a+rwx', parent]);
    const file = join(parent, 'read-only.csv');
    const {code, stderr} = await firstlight(['export', '--to', file, '--folder', folder], {uid: 65_534, gid: 65_534});
    expect({code, stderr}).toEqual({code: 0, stderr: expect.stringMatching(/1 file of new values will be missing, .*cannot be written/)});
    expect(table(file)).toHaveLength(4);
  });
});

test('a bundle becomes a folder, and one that is stopped leaves nothing', async () => {
  const [bundle, again] = [join(parent, 'all.zip'), join(parent, 'again')];
  expect(await firstlight(['export', '--to', bundle, '--folder', folder])).toMatchObject({code: 0});
  expect(await firstlight(['import', bundle, again])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/is an experiment folder now/),
  });
  const shown = await Promise.all([folder, again].map((dir) => firstlight(['show', '--folder', dir, '--json'])));
  expect(shown[1]?.lines).toEqual(shown[0]?.lines);
  expect((await firstlight(['import', bundle, again])).stderr).toMatch(/^✗ .*not empty/);
  const child = start(['import', bundle, join(parent, 'stopped')]);
  const ended = new Promise((resolve) => child.on('close', resolve));
  child.kill('SIGINT');
  await ended;
  expect(existsSync(join(parent, 'stopped'))).toBe(false);
  expect(readdirSync(parent).filter((name) => name.startsWith('.'))).toEqual([]);
});
