import {copyFileSync, mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {simulate} from '@firstlight/simulator';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {RunnerProcess, fixture} from './runner-process.ts';

const scratch = mkdtempSync(join(tmpdir(), 'firstlight-simulated-'));
const dataRoot = join(scratch, 'data');
beforeAll(() => simulate({dir: dataRoot, runs: 1, trains: 20, detector: [16, 24], camera: [12, 16], seed: 3}));
afterAll(() => rmSync(scratch, {recursive: true}));

const statesOf = (values: Record<string, {state: string}>) =>
  Object.fromEntries(Object.entries(values).map(([name, {state}]) => [name, state]));

test('a context over every device of the simulated beamline gives a value of every kind', async () => {
  await using runner = new RunnerProcess();
  expect((await runner.load(fixture('simulated'))).problems).toEqual([]);
  const {values, finished} = await runner.run({mock: false, run: 1, dataRoot});
  expect(finished).toMatchObject({outcome: 'done', message: null});
  expect(new Set(Object.values(statesOf(values)))).toEqual(new Set(['ok']));
  expect(values).toMatchObject({
    trains: {summary: 20},
    pulse_energy: {kind: 'float64 (20,)', attributes: {units: 'μJ'}},
    position: {kind: 'DataArray', summary: {trendline: expect.anything()}},
    detector: {kind: 'float64 (16, 24)', summary: {png: expect.anything()}},
    scan: {kind: 'figure'},
    brightest: {summary: expect.any(Number)},
  });
  const raw = await runner.run({mock: false, run: 1, dataRoot, trigger: 'raw'});
  expect(Object.keys(raw.values)).not.toContain('brightest');
});

test('the example context of a new folder has no problem and gives values', async () => {
  const context = join(scratch, 'example/context.ts');
  mkdirSync(dirname(context));
  copyFileSync(fileURLToPath(new URL('../../store/templates/context.ts.txt', import.meta.url)), context);
  await using runner = new RunnerProcess();
  const {problems} = await runner.load(context);
  expect(problems).toEqual([]);
  const {values} = await runner.run({mock: false, run: 1, dataRoot});
  expect(new Set(Object.values(statesOf(values)))).toEqual(new Set(['ok']));
});
