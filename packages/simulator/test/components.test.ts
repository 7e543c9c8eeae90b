import {execFileSync} from 'node:child_process';
import {cpSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {NDArray} from '@firstlight/core';
import type {DataArray} from '@firstlight/core/labelled';
import {openRun, xgm, xrayPulses} from '@firstlight/data';
import {openFile, type H5File} from '@firstlight/hdf5';
import {expect, test} from 'vitest';
import {beamlineOf, runDirectory, simulate, type Sase} from '../src/index.ts';
import {python, temporaryDirectory} from './tools.ts';

const small = {trains: 24, detector: [4, 4], camera: [4, 4], procDelaySeconds: 0} as const;

interface Asked {
  readonly root: string;
  readonly run?: number;
  readonly sase?: Sase;
  readonly device?: string;
}

/** What our components say, in the form of `extra-components.py`. */
function ours({root, run = 1, sase, device}: Asked) {
  using opened = openRun({proposal: 1234, run, data: 'raw', root});
  const attempt = <T>(act: () => T) => {
    try {
      return act();
    } catch (error) {
      return {error: (error as {code: string}).code};
    }
  };
  const light = attempt(() => xgm(opened, {sase, device}));
  const pulses = attempt(() => xrayPulses(opened, {sase}));
  return {
    ...('error' in light
      ? {xgm: light}
      : {
          energy: labelled(light.pulseEnergy()),
          mean: labelled(light.pulseEnergy().mean('pulseIndex')),
          xgmCounts: labelled(light.pulseCounts()),
          slow: labelled(light.slowTrainEnergy()),
          wavelength: attempt(() => light.wavelength()),
          photonEnergy: attempt(() => light.photonEnergy()),
        }),
    ...('error' in pulses ? {pulses} : {counts: labelled(pulses.pulseCounts()), ids: pulseIds(pulses.pulseIds())}),
  };
}

const numbers = ({data}: NDArray) => Array.from(data as ArrayLike<number | bigint>, Number);

const labelled = ({dims, array, coords, attrs}: DataArray) => ({
  dims,
  shape: array.shape,
  dtype: array.dtype,
  trains: numbers(coords.trainId as NDArray),
  units: attrs.units ?? null,
  values: numbers(array).map((value) => (Number.isNaN(value) ? null : value)),
});

const pulseIds = ({array, coords}: DataArray) => ({
  values: numbers(array),
  trainId: numbers(coords.trainId as NDArray),
  pulseIndex: numbers(coords.pulseIndex as NDArray),
});

/** What the real components say. */
function theirs(asked: readonly Asked[]): Record<string, unknown>[] {
  const script = fileURLToPath(new URL('extra-components.py', import.meta.url));
  const runs = asked.map(({root, run = 1, sase, device}) => [runDirectory(root, 1234, 'raw', run), sase ?? null, device ?? null]);
  return JSON.parse(execFileSync(python, [script, JSON.stringify(runs)], {encoding: 'utf8', maxBuffer: 1 << 28})) as Record<
    string,
    unknown
  >[];
}

/** Where two answers differ by more than the last digits of single precision, which depend on the order of adding. */
function differences(actual: unknown, expected: unknown, path: string): string[] {
  if (typeof expected === 'object' && expected !== null && typeof actual === 'object' && actual !== null) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...keys].flatMap((key) =>
      differences((actual as Record<string, unknown>)[key], (expected as Record<string, unknown>)[key], `${path}.${key}`),
    );
  }
  const isSame =
    typeof expected === 'number' && typeof actual === 'number'
      ? Math.abs(actual - expected) <= 1e-6 * Math.abs(expected)
      : actual === expected;
  return isSame ? [] : [`${path}: ${String(actual)}, not ${String(expected)}`];
}

/** A copy of a run of SASE 1 whose machine file was changed. */
function variant(root: string, name: string, change: (file: H5File) => void): string {
  cpSync(join(root, 'sase1'), join(root, name), {recursive: true});
  using file = openFile(join(runDirectory(join(root, name), 1234, 'raw', 1), 'RAW-R0001-DA01-S00000.h5'), 'r+');
  change(file);
  return join(root, name);
}

const sources = (file: H5File): string[] => [...(file.dataset('METADATA/dataSources/dataSourceId').read().data as string[])];

function setSources(file: H5File, ids: readonly string[]): void {
  const columns = {
    dataSourceId: ids,
    root: ids.map((id) => id.slice(0, id.indexOf('/'))),
    deviceId: ids.map((id) => id.slice(id.indexOf('/') + 1)),
  };
  for (const [name, data] of Object.entries(columns)) {
    file.delete(`METADATA/dataSources/${name}`);
    file.createDataset(`METADATA/dataSources/${name}`, {dtype: 'string', shape: [ids.length], data})[Symbol.dispose]();
  }
}

/** Puts a pulse pattern decoder into the place of the time server. */
function useDecoder(file: H5File): void {
  const name = 'SPB_RR_SYS/MDL/BUNCH_DECODER';
  setSources(file, [...sources(file).filter((id) => !id.includes('TIMESERVER')), `CONTROL/${name}`]);
  for (const column of ['first', 'count'])
    file.copy(`INDEX/SPB_RR_SYS/TSYS/TIMESERVER/${column}`, file.requireGroup(`INDEX/${name}`), column);
  for (const [key, value] of Object.entries({classId: 'PulsePatternDecoder'})) {
    file.createDataset(`RUN/${name}/${key}/value`, {dtype: 'string', shape: [1], data: [value]})[Symbol.dispose]();
    file.createDataset(`RUN/${name}/${key}/timestamp`, {dtype: 'uint64', shape: [1], data: BigUint64Array.of(1n)})[Symbol.dispose]();
  }
  const put = (key: string, value: NDArray) => {
    const at = `CONTROL/${name}/${key}`;
    file.createDataset(`${at}/value`, value)[Symbol.dispose]();
    file.createDataset(`${at}/timestamp`, {dtype: 'uint64', shape: [24], data: new BigUint64Array(24).fill(1n)})[Symbol.dispose]();
  };
  for (const light of ['sase1', 'sase2', 'sase3', 'maindump', 'laser']) {
    put(`${light}/nPulses`, {dtype: 'int32', shape: [24], data: Int32Array.from({length: 24}, (_, i) => i % 5)});
    put(`${light}/pulseIds`, {dtype: 'int32', shape: [24, 10], data: Int32Array.from({length: 240}, (_, i) => 100 + 4 * (i % 10))});
  }
}

/** A pulse that was not seen, and a train in which the place after the last pulse is not empty. */
function spoilEnergies(file: H5File): void {
  using dataset = file.dataset(`INSTRUMENT/${beamlineOf(1).xgm}:output/data/intensitySa1TD`);
  dataset.write({dtype: 'float32', shape: [1, 1], data: Float32Array.of(0)}, [
    {start: 3, stop: 4},
    {start: 5, stop: 6},
  ]);
  dataset.write({dtype: 'float32', shape: [1, 1], data: Float32Array.of(7)}, [
    {start: 9, stop: 10},
    {start: 40, stop: 41},
  ]);
  dataset.write({dtype: 'float32', shape: [1, 1], data: Float32Array.of(7)}, [
    {start: 9, stop: 10},
    {start: 28, stop: 29},
  ]);
}

/** The wavelength changes while the run is taken. */
function scanWavelength(file: H5File): void {
  using dataset = file.dataset(`CONTROL/${beamlineOf(1).xgm}/pulseEnergy/wavelengthUsed/value`);
  dataset.write({dtype: 'float32', shape: [24], data: Float32Array.from({length: 24}, (_, i) => 0.13 + i / 1000)});
}

const withoutTimeServer = (file: H5File) =>
  setSources(
    file,
    sources(file).filter((id) => !id.includes('TIMESERVER')),
  );

test('our components say of simulated runs what the real ones say', async () => {
  using root = temporaryDirectory();
  for (const sase of [1, 2, 3] as const) await simulate({dir: join(root.path, `sase${sase}`), ...small, sase});
  await simulate({dir: join(root.path, 'faults'), ...small, sase: 3, runs: 4, faults: true});
  const sase1 = join(root.path, 'sase1');
  const asked: Asked[] = [
    ...([1, 2, 3] as const).map((sase) => ({root: join(root.path, `sase${sase}`)})),
    {root: sase1, sase: 3},
    {root: sase1, device: 'sa1', sase: 1},
    {root: join(root.path, 'faults'), run: 4},
    {root: variant(root.path, 'decoder', useDecoder)},
    {root: variant(root.path, 'spoilt', spoilEnergies)},
    {root: variant(root.path, 'wavelength', scanWavelength)},
    {root: variant(root.path, 'no-server', withoutTimeServer), device: 'sa2'},
  ];
  const expected = theirs(asked);
  expect(expected).toHaveLength(asked.length);
  // The variants do what they are for.
  expect(expected[6]).toMatchObject({counts: {values: Array.from({length: 24}, (_, i) => i % 5)}});
  expect(expected[8]).toMatchObject({wavelength: {error: 'ValueError'}});
  expect(expected[9]).toMatchObject({xgm: {error: 'RuntimeError'}, pulses: {error: 'ValueError'}});
  const errors: Record<string, string> = {'not-constant': 'ValueError', 'no-xgm': 'RuntimeError', 'no-pulse-pattern': 'ValueError'};
  for (const [i, one] of asked.entries()) {
    const actual = JSON.parse(JSON.stringify(ours(one)), (key, value: unknown) =>
      key === 'error' ? errors[value as string] : value,
    ) as unknown;
    expect(differences(actual, expected[i], one.root.slice(root.path.length))).toEqual([]);
  }
});

test('what is missing or may be several is said in a sentence that names it', async () => {
  using root = temporaryDirectory();
  await simulate({dir: join(root.path, 'sase1'), ...small, sase: 1});
  await simulate({dir: join(root.path, 'plain'), ...small});
  const in1 = (act: (run: ReturnType<typeof openRun>) => unknown, dir = 'sase1') => {
    using run = openRun({proposal: 1234, run: 1, data: 'raw', root: join(root.path, dir)});
    return act(run);
  };
  expect(() => in1((run) => xgm(run, {device: 'sa3'}))).toThrow('Run 1 has no X-ray gas monitor named "sa3", but SA1_XTD2_XGM/XGM/DOOCS.');
  expect(() => in1((run) => xrayPulses(run), 'plain')).toThrow('say which with {sase: 1}, 2 or 3');
  expect(() => in1((run) => xrayPulses(run, {source: 'NO/SUCH/SERVER'}))).toThrow('has no source NO/SUCH/SERVER');
  expect(in1((run) => xrayPulses(run, {source: beamlineOf(1).timeServer}).source)).toBe('SPB_RR_SYS/TSYS/TIMESERVER:outputBunchPattern');
  variant(root.path, 'other', (file) => {
    file.move('CONTROL/SIM_EXP_STAGE/MOTOR/X', 'CONTROL/SA3_EXP_STAGE/MOTOR/X');
    setSources(
      file,
      sources(file).map((id) => id.replace('SIM_EXP_STAGE', 'SA3_EXP_STAGE')),
    );
  });
  expect(() => in1((run) => xgm(run, {device: 'sa1'}), 'other')).toThrow('Run 1 is one of SASE 3, but SA1_XTD2_XGM/XGM/DOOCS is not');
  await expect(simulate({dir: root.path, sase: 4 as 3})).rejects.toThrow('it must be 1, 2 or 3');
});
