import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {Experiment, VersionLine} from '../src/index.ts';
import {folderWith, inDatabase, open, processed, run, until, writeContext} from './tools.ts';

const context = (first: number): string => `
SCALE = 1

@Variable(title="Base")
def base(run):
    return ${first} * SCALE

@Variable(title="Line")
def line(run, base: 'var#base'):
    return np.arange(4.0) + base
`;

const ask = async <Line>(experiment: Experiment, name: string, request: object): Promise<Line[]> =>
  (await Array.fromAsync(experiment.command(name, request))) as Line[];

const historyOf = async (experiment: Experiment, name: string): Promise<VersionLine[]> => ask(experiment, 'history', {run: 1, name});

test('the history tells which code made each version, and diff how two differ', async () => {
  const dir = folderWith(context(1));
  await using experiment = await open(dir);
  await processed(experiment);
  writeContext(dir, context(5));
  await processed(experiment);
  const versions = await historyOf(experiment, 'base');
  expect(versions.map(({version, summary, isCurrent}) => [version, summary, isCurrent])).toEqual([
    [2, 5, true],
    [1, 1, false],
  ]);
  expect(versions[1]?.code?.source).toContain('return 1 * SCALE');
  expect(versions[0]).toMatchObject({origin: {language: 'python', trigger: 'all'}, environment: {packages: {numpy: expect.any(String)}}});
  const [between] = await ask<{code: {text: string}; inputs: object[]}>(experiment, 'diff', {run: 1, name: 'base'});
  expect(between).toMatchObject({a: {version: 1}, b: {version: 2}, isChanged: true, code: {isChanged: true}, inputs: []});
  expect(between?.code.text).toContain('--- base@1\n+++ base@2\n');
  expect(between?.code.text).toContain('-    return 1 * SCALE\n+    return 5 * SCALE\n');
  const [ofLine] = await ask(experiment, 'diff', {run: 1, name: 'line'});
  expect(ofLine).toMatchObject({code: {isChanged: false, text: ''}, inputs: [{parameter: 'base', name: 'base'}]});
  expect(await experiment.reader.readData(dir, run(1), 'line', {version: 1})).toMatchObject({array: {data: Float64Array.of(1, 2, 3, 4)}});
});

test('a constant that a variable uses is shown by the context file', async () => {
  const dir = folderWith(context(2));
  await using experiment = await open(dir);
  await processed(experiment);
  writeContext(dir, context(2).replace('SCALE = 1', 'SCALE = 3'));
  await processed(experiment);
  const {code} = await experiment.diff(run(1), 'base');
  expect(code.text).toMatch(/^--- context\.py@1\n\+\+\+ context\.py@2\n/);
  expect(code.text).toContain('-SCALE = 1\n+SCALE = 3\n');
});

test('what was asked for and is not there is said', async () => {
  const dir = folderWith(context(1));
  await using experiment = await open(dir);
  await processed(experiment);
  await expect(historyOf(experiment, 'nothing')).rejects.toMatchObject({code: 'no-such-value'});
  await expect(experiment.diff(run(1), 'base')).rejects.toMatchObject({
    code: 'no-version',
    message: expect.stringContaining('only version 1'),
  });
  await expect(experiment.diff(run(1), 'base', 1, 7)).rejects.toMatchObject({code: 'no-version'});
});

const setBase = (value: number): string =>
  `UPDATE run_variables SET value = ${value}, timestamp = ${value}, provenance = 'other.py' WHERE name = 'base'`;

test('each value that another program stores becomes a version, while the folder is open and while it is not', async () => {
  const dir = folderWith(context(1));
  {
    await using experiment = await open(dir);
    await processed(experiment);
    for (const value of [100, 200]) {
      inDatabase(dir, setBase(value));
      await until(`${value} is in the history`, () => inDatabase(dir, `SELECT 1 FROM fl_history WHERE value = ${value}`).trim());
    }
    inDatabase(dir, "DELETE FROM run_variables WHERE name = 'base'");
    await until('it is deleted', () => inDatabase(dir, "SELECT 1 FROM fl_history WHERE name = 'base' AND state = 'none'").trim());
  }
  inDatabase(dir, "UPDATE run_variables SET value = 300, timestamp = 300 WHERE name = 'line'");
  await using experiment = await open(dir);
  await until('300 is in the history', () => inDatabase(dir, 'SELECT 1 FROM fl_history WHERE value = 300').trim());
  expect((await historyOf(experiment, 'base')).map(({summary, provenance, origin}) => [summary, provenance, origin === null])).toEqual([
    [null, '', true],
    [200, 'other.py', true],
    [100, 'other.py', true],
    [1, 'context.py', false],
  ]);
});

test('data of old versions that is too much goes, at the latest when the folder is closed', async () => {
  const dir = folderWith(context(1));
  const kept = join(dir, '.firstlight/history/p1234_r1');
  {
    await using experiment = await open(dir);
    await ask(experiment, 'settings', {key: 'fl_history_versions', value: '0'});
    await processed(experiment);
    await processed(experiment);
    expect(readdirSync(kept)).toEqual(['line@1.h5']);
  }
  expect(existsSync(kept) ? readdirSync(kept) : []).toEqual([]);
});
