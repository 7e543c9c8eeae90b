import {rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {rawAggregators, correctedAggregators} from '../src/layout.ts';
import {nextRunNumber, planRun, proposalDirectory, runDirectory, simulate, trainIdOf, type SimulatedRun} from '../src/index.ts';
import {filesBelow, hashData, readRun, temporaryDirectory, validate, valuesOf} from './tools.ts';

const small = {trains: 24, detector: [16, 24], camera: [12, 10], procDelaySeconds: 0} as const;

test('the real extra_data opens a simulated run and reads the values of the model', async () => {
  using root = temporaryDirectory();
  await simulate({dir: root.path, ...small});
  const run = readRun(root.path, 1, 'all');
  const plan = planRun(1, small);
  const trains = Array.from({length: plan.trains}, (_, train) => train);
  const sources = [...rawAggregators(plan), ...correctedAggregators(plan)].flatMap((aggregator) => aggregator.sources);
  const expected = sources.flatMap((source) =>
    source.columns.map((column) => {
      const key = column.path.replaceAll('/', '.');
      const {dtype, shape, data} = column.rows(trains);
      return {
        name: source.kind === 'control' ? `${source.name} ${key}.value` : `${source.name} ${source.group}.${key}`,
        dtype,
        shape,
        data,
      };
    }),
  );
  expect(Object.keys(run.keys).sort()).toEqual(expected.map(({name}) => name).sort());
  for (const {name, dtype, shape, data} of expected) {
    expect(run.keys[name]).toMatchObject({dtype, shape, trainIds: trains.map((train) => Number(trainIdOf(plan, train)))});
    expect(valuesOf(run.keys[name])).toEqual(Array.from<unknown>(data));
  }
});

test('the XGM is found by its class, and values have units', async () => {
  using root = temporaryDirectory();
  await simulate({dir: root.path, ...small});
  const {classes, keys, metadata, start, directoryTrains} = readRun(root.path, 1, 'raw');
  expect(classes).toEqual({
    'SIM_EXP_STAGE/MOTOR/X': 'SimulatedMotor',
    'SIM_RR_SYS/TSYS/TIMESERVER': 'TimeServer',
    'SIM_XTD1_XGM/XGM/DOOCS': 'DoocsXGM',
  });
  const units = (name: string) => keys[name]?.units;
  expect(units('SIM_XTD1_XGM/XGM/DOOCS pulseEnergy.photonFlux.value')).toBe('μJ');
  expect(units('SIM_XTD1_XGM/XGM/DOOCS:output data.intensityTD')).toBe('μJ');
  expect(units('SIM_XTD1_XGM/XGM/DOOCS pulseEnergy.wavelengthUsed.value')).toBe('nm');
  expect(units('SIM_EXP_STAGE/MOTOR/X actualPosition.value')).toBe('mm');
  expect(metadata).toMatchObject({dataFormatVersion: '1.3', proposalNumber: '1234', runNumber: '1', creationDate: '20260323T010000Z'});
  expect(start).toBe('2026-03-23T01:00:00.000000000');
  expect(directoryTrains).toBe(small.trains);
});

test('extra-data-validate accepts raw and corrected runs, in one file or several, with missing trains and a dead source', async () => {
  using root = temporaryDirectory();
  const runs: SimulatedRun[] = [];
  await simulate({dir: root.path, ...small, runs: 6, sequenceTrains: 10, faults: true, onRun: (run) => runs.push(run)});
  expect(runs.filter(({data}) => data === 'raw').map(({fault}) => fault)).toEqual([
    'none',
    'dead-source',
    'none',
    'missing-trains',
    'none',
    'truncated',
  ]);
  const whole = runs.filter(({fault}) => fault !== 'truncated');
  expect(whole).toHaveLength(10);
  for (const {directory} of whole) expect(await validate(directory)).toBe('');
});

test('a fault leaves its traces, and the rest of the run can be read', async () => {
  using root = temporaryDirectory();
  const runs: SimulatedRun[] = [];
  await simulate({dir: root.path, ...small, runs: 6, sequenceTrains: 10, faults: true, onRun: (run) => runs.push(run)});
  const runWith = (fault: string) => runs.find((run) => run.fault === fault && run.data === 'raw');

  const dead = readRun(root.path, runWith('dead-source')?.run ?? 0, 'raw');
  expect(dead.keys['SIM_EXP_CAM/CAMERA/1:daqOutput data.image.pixels']?.shape).toEqual([0, 12, 10]);
  expect(dead.keys['SIM_DET_AREA/DET/AREA-1:daqOutput data.adc']?.shape).toEqual([24, 16, 24]);

  const missing = readRun(root.path, runWith('missing-trains')?.run ?? 0, 'raw');
  const framesLeft = missing.keys['SIM_DET_AREA/DET/AREA-1:daqOutput data.adc']?.trainIds.length ?? 0;
  expect(framesLeft).toBeLessThan(24);
  expect(framesLeft).toBeGreaterThan(12);

  const cut = runWith('truncated');
  expect(await validate(cut?.directory ?? '')).toContain('Could not open HDF5 file');
  const rest = readRun(root.path, cut?.run ?? 0, 'raw');
  expect(rest.keys['SIM_XTD1_XGM/XGM/DOOCS:output data.intensityTD']?.shape).toEqual([24, 1000]);
  expect(rest.keys['SIM_DET_AREA/DET/AREA-1:daqOutput data.adc']?.shape).toEqual([20, 16, 24]);
  expect(runs.some(({run, data}) => run === cut?.run && data === 'proc')).toBe(false);
});

test('the same seed gives the same data, another seed does not', async () => {
  using root = temporaryDirectory();
  const hashOf = async (name: string, seed: number) => {
    const dir = join(root.path, name);
    await simulate({dir, ...small, runs: 3, seed, faults: seed > 2});
    return hashData(dir);
  };
  const first = await hashOf('a', 1);
  expect(await hashOf('b', 1)).toBe(first);
  expect(await hashOf('c', 2)).not.toBe(first);
});

test('runs go on after those that are there, with train ids that grow', async () => {
  using root = temporaryDirectory();
  const runs: number[] = [];
  const options = {dir: root.path, ...small, onRun: ({run, data}: SimulatedRun) => data === 'raw' && runs.push(run)};
  await simulate({...options, runs: 2});
  await simulate({...options, runs: 1, trains: 30});
  expect(runs).toEqual([1, 2, 3]);
  const [first, second, third] = [1, 2, 3].map((run) => readRun(root.path, run, 'raw').trainIds);
  expect(first?.at(-1)).toBeLessThan(second?.[0] ?? 0);
  expect(second?.at(-1)).toBeLessThan(third?.[0] ?? 0);
  expect(third).toHaveLength(30);
});

test('a run that was interrupted is taken again, and nothing unfinished stays', async () => {
  using root = temporaryDirectory();
  await simulate({dir: root.path, ...small});
  const directory = runDirectory(root.path, 1234, 'raw', 1);
  for (const name of filesBelow(directory)) rmSync(join(directory, name));
  writeFileSync(join(directory, '.RAW-R0001-DA01-S00000.h5.writing'), 'half');
  expect(nextRunNumber(root.path, 1234)).toBe(1);
  await simulate({dir: root.path, ...small});
  expect(filesBelow(proposalDirectory(root.path, 1234))).toEqual([
    'CORR-R0001-DET01-S00000.h5',
    'RAW-R0001-DA01-S00000.h5',
    'RAW-R0001-DET01-S00000.h5',
  ]);
});

test('an endless simulation ends when the signal comes, without the corrections still waiting', async () => {
  using root = temporaryDirectory();
  const stop = new AbortController();
  const runs: SimulatedRun[] = [];
  const onRun = (run: SimulatedRun) => {
    runs.push(run);
    if (run.run === 3) stop.abort();
  };
  await simulate({dir: root.path, ...small, runs: 0, procDelaySeconds: 3600, signal: stop.signal, onRun});
  expect(runs.map(({run, data}) => `${data} ${run}`)).toEqual(['raw 1', 'raw 2', 'raw 3']);
  expect(filesBelow(root.path)).toHaveLength(6);
});

test('numbers that make no sense and directories that cannot be written get a sentence', async () => {
  using root = temporaryDirectory();
  await expect(simulate({dir: root.path, trains: 0})).rejects.toMatchObject({code: 'bad-option'});
  await expect(simulate({dir: root.path, detector: [16, 1.5]})).rejects.toThrow(
    "The simulation's detector width cannot be 1.5; it must be a whole number from 1 on.",
  );
  const file = join(root.path, 'file');
  writeFileSync(file, '');
  await expect(simulate({dir: file})).rejects.toMatchObject({code: 'cannot-write'});
});
