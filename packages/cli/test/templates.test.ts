import {mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {openFile} from '@firstlight/hdf5';
import {meanEnergy, planRun, pulseCount, runDirectory, simulate, type Sase} from '@firstlight/simulator';
import {expect, test} from 'vitest';
import {firstlight, temporaryDirectory} from './command.ts';

const plan = {trains: 40, detector: [8, 8], camera: [8, 8], procDelaySeconds: 0} as const;
const languages = ['python', 'typescript'] as const;

interface Made {
  /** What the table shows. */
  readonly summaries: Record<string, unknown>;
  /** The stored arrays. */
  readonly arrays: Record<string, {numbers: number[]; trainIds: number[]}>;
}

async function make(folder: string, data: string, {sase, language}: {sase: Sase; language: string}): Promise<Made> {
  const made = await firstlight([
    'init',
    folder,
    '--proposal',
    '1234',
    '--data',
    data,
    '--template',
    `sase${sase}`,
    '--language',
    language,
  ]);
  expect(made.code, made.stderr).toBe(0);
  const {code, lines, stderr} = await firstlight(['process', '1', '--folder', folder, '--strict', '--json']);
  expect(code, stderr).toBe(0);
  const values = lines.filter(({event}) => event === 'value');
  expect(values.map(({state}) => state)).toEqual(values.map(() => 'ok'));
  using file = openFile(join(folder, 'extracted_data', 'p1234_r1.h5'), 'r');
  const read = (path: string) => Array.from(file.dataset(path).read().data as ArrayLike<number | bigint>, Number);
  const array = (name: string) => {
    const data = file
      .group(name)
      .keys()
      .find((key) => key !== 'trainId'); // arrays may have names of their own
    return [name, {numbers: read(`${name}/${data}`), trainIds: read(`${name}/trainId`)}];
  };
  return {
    summaries: Object.fromEntries(values.map(({name, summary}) => [name, summary])),
    arrays: Object.fromEntries(['xgm_intensity', 'pulses'].map(array)),
  };
}

// extra_data leaves a map of the files beside them, which is no data.
const dataFiles = (directory: string) => readdirSync(directory).filter((name) => name.endsWith('.h5'));
const sizeGb = (directory: string) => dataFiles(directory).reduce((bytes, name) => bytes + statSync(join(directory, name)).size, 0) / 1e9;

const mean = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** Energies are single precision numbers, and the languages add them in different orders. */
const close = (number: number) => expect.closeTo(number, 2);

test.each([1, 2, 3] as const)(
  'the templates of SASE %i give the numbers of the machine, the same with EXtra and with our components',
  async (sase) => {
    using root = temporaryDirectory();
    const data = join(root.path, 'data');
    await simulate({dir: data, ...plan, sase});
    const [python, typescript] = await Promise.all(languages.map((language) => make(join(root.path, language), data, {sase, language})));
    const run = planRun(1, {...plan, sase});
    const trains = Array.from({length: plan.trains}, (_, train) => train);
    const energies = trains.map((train) => meanEnergy(run, train));
    const counts = trains.map((train) => pulseCount(run, train));
    expect(python?.summaries).toEqual({
      start_time: Number(run.startNs) / 1e9,
      n_trains: plan.trains,
      run_length: (plan.trains - 1) / 10,
      raw_size: sizeGb(runDirectory(data, 1234, 'raw', 1)),
      proc_size: sizeGb(runDirectory(data, 1234, 'proc', 1)),
      xgm_intensity: close(mean(energies)),
      pulses: mean(counts),
    });
    expect(python?.arrays).toEqual({
      xgm_intensity: {numbers: energies.map(close), trainIds: trains.map((train) => Number(run.firstTrainId) + train)},
      pulses: {numbers: counts, trainIds: trains.map((train) => Number(run.firstTrainId) + train)},
    });
    expect(typescript?.summaries).toEqual({...python?.summaries, xgm_intensity: close(python?.summaries.xgm_intensity as number)});
    expect(typescript?.arrays).toEqual({
      ...python?.arrays,
      xgm_intensity: {...python?.arrays.xgm_intensity, numbers: python?.arrays.xgm_intensity?.numbers.map(close)},
    });
  },
);

test('without EXtra the other variables have values, and those that need it say what to install', async () => {
  using root = temporaryDirectory();
  const [data, folder] = [join(root.path, 'data'), join(root.path, 'folder')];
  await simulate({dir: data, ...plan, sase: 1});
  expect((await firstlight(['init', folder, '--proposal', '1234', '--data', data, '--template', 'sase1'])).code).toBe(0);
  mkdirSync(join(folder, 'extra')); // found before the package
  writeFileSync(join(folder, 'extra', '__init__.py'), 'raise ModuleNotFoundError("No module named \'extra\'")\n');
  const {lines} = await firstlight(['process', '1', '--folder', folder, '--json']);
  const states = Object.fromEntries(lines.filter(({event}) => event === 'value').map(({name, state}) => [name, state]));
  expect(states).toMatchObject({
    n_trains: 'ok',
    run_length: 'ok',
    raw_size: 'ok',
    proc_size: 'ok',
    xgm_intensity: 'skipped',
    pulses: 'skipped',
  });
  expect(lines.find(({name}) => name === 'pulses')?.message).toContain('pip install euxfel-extra');
});

test('the templates in TypeScript are right for the compiler, and an unknown one is refused', async () => {
  using root = temporaryDirectory();
  for (const sase of [1, 2]) {
    const folder = join(root.path, `sase${sase}`);
    expect((await firstlight(['init', folder, '--template', `sase${sase}`, '--language', 'typescript'])).code).toBe(0);
    const {code, stdout} = await firstlight(['context', 'check', '--folder', folder, '--json']);
    expect({code, stdout}).toEqual({code: 0, stdout: expect.not.stringContaining('"severity"') as string});
    expect(readFileSync(join(folder, 'context.ts'), 'utf8')).not.toContain('%');
  }
  const {code, stderr} = await firstlight(['init', join(root.path, 'other'), '--template', 'sase4']);
  expect(code).toBe(2);
  expect(stderr).toContain('Allowed choices are example, sase1, sase2, sase3');
});
