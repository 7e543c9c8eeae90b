import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import Database from 'better-sqlite3';
import {expect, test} from 'vitest';
import {staleText} from '../src/commands/stale.ts';
import {firstlight, printed, start, temporaryDirectory} from './command.ts';

const context = (bonus: number): string => `
import {variable} from '@firstlight/context';

export const trains = variable(({run}) => run.trainIds.length);
export const more = variable({inputs: {trains}}, ({trains}) => trains + ${bonus});
export const most = variable({inputs: {more}}, ({more}) => 2 * more);
`;

test('stale lists what would be another value now, and process --stale computes exactly that, here or through a server', async () => {
  using directory = temporaryDirectory();
  const folder = join(directory.path, 'experiment');
  await firstlight(['simulate', join(directory.path, 'data'), '--runs', '2', '--trains', '8', '--detector', '16x16']);
  await firstlight(['init', folder, '--proposal', '1234', '--data', join(directory.path, 'data'), '--language', 'typescript']);
  const write = (bonus: number): void => writeFileSync(join(folder, 'context.ts'), context(bonus));
  const stale = async (...more: string[]) => firstlight(['stale', '--folder', folder, ...more]);
  const process99 = async (...more: string[]) => firstlight(['process', '99', '--folder', folder, ...more]);
  write(1);
  await firstlight(['process', '1', '--folder', folder, '--var', 'more']);
  const missing = (run: number, name: string) => ({proposal: 1234, run, name, state: 'missing', why: []});
  expect((await stale('--json')).lines).toEqual([missing(1, 'most'), ...['trains', 'more', 'most'].map((name) => missing(2, name))]);
  expect((await stale('2', '--json')).lines).toEqual(['trains', 'more', 'most'].map((name) => missing(2, name))); // not in the table yet
  expect(await stale('3')).toMatchObject({code: 1, stderr: expect.stringContaining('There is no run 3')});
  expect(await stale('--proposal', '99')).toMatchObject({code: 1, stderr: expect.stringContaining('There are no runs of proposal 99')});
  const computed = (await firstlight(['process', 'all', '--stale', '--folder', folder, '--json'])).lines;
  const namesOf = (run: number) => computed.flatMap((line) => (line.event === 'value' && line.run === run ? [line.name] : []));
  expect(namesOf(1)).toEqual(['most']);
  expect(namesOf(2)).toEqual(['start_time', 'trains', 'more', 'most']); // without a start the official API hides the run
  expect((await stale()).stdout).toBe('Every value is what its context would give now.\n');
  const [nowhere, nowhereStale] = [await process99(), await process99('--stale')];
  expect(nowhereStale).toMatchObject({code: 1, stdout: expect.stringContaining('Run 99 of proposal 1234 does not exist')});
  expect(nowhereStale.stdout.split('\n')[0]).toBe(nowhere.stdout.split('\n')[0]);
  expect(nowhereStale.code).toBe(nowhere.code);
  write(2);
  expect((await stale('2', '--json')).lines).toEqual([
    {proposal: 1234, run: 2, name: 'more', state: 'stale', why: ['its code was changed']},
    {proposal: 1234, run: 2, name: 'most', state: 'stale', why: ['its input more is stale']},
  ]);
  expect((await stale('--count', '--json')).lines).toEqual([{event: 'counted', stale: 4, missing: 0, unknown: 0}]);
  expect((await stale('--why')).stdout).toContain('run 1  most  its input more is stale');
  const server = start(['serve', folder, '--port', '0', '--no-watch']);
  try {
    await printed(server, /http:\/\/\S+/);
    expect((await stale()).stdout).toMatch(/more +1-2/);
    const {lines} = await firstlight(['process', '1', '--stale', '--folder', folder, '--json']);
    expect(lines.flatMap(({event, name}) => (event === 'value' ? [name] : []))).toEqual(['more', 'most']);
    expect((await stale()).stdout).toMatch(/more +2\b/);
  } finally {
    server.kill('SIGTERM');
  }
}, 240_000);

test('a folder that can only be looked at is judged, too', async () => {
  using directory = temporaryDirectory();
  const folder = join(directory.path, 'experiment');
  await firstlight(['simulate', join(directory.path, 'data'), '--runs', '1', '--trains', '8', '--detector', '16x16']);
  await firstlight(['init', folder, '--proposal', '1234', '--data', join(directory.path, 'data'), '--language', 'typescript']);
  writeFileSync(join(folder, 'context.ts'), context(1));
  await firstlight(['process', '1', '--folder', folder]);
  const database = new Database(join(folder, 'runs.sqlite'));
  database.exec("UPDATE metameta SET value = 5 WHERE key = 'data_format_version'"); // of a program newer than this one
  database.close();
  writeFileSync(join(folder, 'context.ts'), context(2));
  const {code, stdout, stderr} = await firstlight(['stale', '--why', '--folder', folder]);
  expect({code, stderr}).toEqual({code: 0, stderr: ''});
  expect(stdout).toMatch(/^run 1  more  its code was changed\nrun 1  most  its input more is stale\n2 stale, 0 missing; /);
});

test('what is wrong with the context is said once', async () => {
  using directory = temporaryDirectory();
  await firstlight(['init', directory.path, '--proposal', '1234', '--language', 'typescript']);
  writeFileSync(join(directory.path, 'context.ts'), 'export const = 1;');
  const {code, stderr} = await firstlight(['stale', '--folder', directory.path]);
  expect({code, stderr}).toEqual({code: 1, stderr: expect.stringMatching(/^✗ .*context\.ts:1:\d+.*\n$/)});
});

test('runs of several proposals are told apart', () => {
  const of = (proposal: number) => ({proposal, run: 1, name: 'energy', state: 'stale' as const, why: ['its code was changed']});
  expect(staleText([of(1234)], true)).toBe('run 1  energy  its code was changed');
  expect(staleText([of(1234), of(5678)], true)).toBe(
    'p1234 run 1  energy  its code was changed\np5678 run 1  energy  its code was changed',
  );
  expect(staleText([of(1234), of(5678)])).toMatch(/^proposal 1234\n[^]*energy +1\n+proposal 5678\n[^]*energy +1/);
});
