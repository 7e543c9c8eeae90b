import {createHash} from 'node:crypto';
import {cpSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {NDArray} from '@firstlight/core';
import {openFile} from '@firstlight/hdf5';
import {afterAll, describe, expect, test} from 'vitest';
import {mockRun, openRun} from '../src/index.ts';
import type {Run} from '../src/index.ts';
import {exampleRuns} from './examples.ts';

const {root, expected} = exampleRuns();
const scratch = mkdtempSync(join(tmpdir(), 'firstlight-data-'));
afterAll(() => rmSync(scratch, {recursive: true}));

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const bytesOf = (array: ArrayBufferView) => sha256(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));

/** Strings as Python's `json.dumps` writes nested lists of them. */
function nested(texts: readonly string[], shape: readonly number[]): string {
  const [length = 0, ...inner] = shape;
  const width = texts.length / Math.max(1, length);
  const parts = Array.from({length}, (_, i) =>
    inner.length === 0 ? JSON.stringify(texts[i]) : nested(texts.slice(i * width, (i + 1) * width), inner),
  );
  return `[${parts.join(', ')}]`;
}

const digest = ({dtype, data, shape}: NDArray) =>
  dtype === 'string' ? sha256(nested(data as readonly string[], shape)) : bytesOf(data as Uint8Array);

const describeKey = (run: Run, [source, key]: [string, string], has: {dtype?: string; data?: string; roi?: string | null}) => {
  if (has.dtype === 'compound') {
    expect(() => run.get(source, key)).toThrow('holds values of type compound');
    return {dtype: 'compound'};
  }
  const data = run.get(source, key);
  const part = data.selectTrains({start: 3, stop: 40, step: 2});
  const labelled = has.data === undefined ? undefined : data.xarray();
  return {
    shape: data.shape,
    dtype: data.dtype,
    units: data.units ?? null,
    counts: bytesOf(data.counts()),
    trains: bytesOf(data.trainIdCoordinates()),
    part: {
      shape: part.shape,
      trains: bytesOf(part.trainIdCoordinates()),
      ...(labelled && {data: digest(data.ndarray({trains: {start: 3, stop: 40, step: 2}}))}),
    },
    ...(labelled && {
      data: digest(labelled.array),
      labelled: {name: labelled.name, dims: labelled.dims, attrs: labelled.attrs},
    }),
    ...('roi' in has && {roi: has.roi ? digest(data.ndarray({roi: [{stop: 1}, {start: 1, stop: 5, step: 2}]})) : null}),
  };
};

const describeRun = (run: Run, theirs: (typeof expected)[number]) =>
  Object.fromEntries(
    run.sources.map((source) => [
      source,
      {
        control: run.controlSources.includes(source),
        class: run.controlSources.includes(source) ? (run.deviceClass(source) ?? null) : null,
        keys: run.keys(source),
        data: Object.fromEntries(
          Object.entries(theirs.sources[source]?.data ?? {}).map(([key, has]) => [key, describeKey(run, [source, key], has)]),
        ),
      },
    ]),
  );

describe('what extra_data reads from its example runs', () => {
  test.each(expected)('is what we read: run $run, $kind', (theirs) => {
    using run = openRun({proposal: 1234, run: theirs.run, data: theirs.kind, root});
    expect(run.warnings).toEqual([]);
    expect(bytesOf(run.trainIds)).toBe(theirs.trains);
    expect(bytesOf(run.trainTimestamps())).toBe(theirs.timestamps);
    expect(describeRun(run, theirs)).toEqual(theirs.sources);
  });

  test('covers every version of the format, processed data, gaps and units', () => {
    const units = expected.flatMap(({sources}) => Object.values(sources).flatMap(({data}) => Object.values(data).map((key) => key.units)));
    expect(expected.map(({run, kind}) => `${run} ${kind}`).join(', ')).toBe(
      '1 raw, 2 raw, 3 raw, 4 raw, 5 raw, 6 raw, 6 proc, 6 all, 7 raw, 8 raw',
    );
    expect(units).toEqual(expect.arrayContaining(['μJ', 'km']));
  });
});

describe('a run', () => {
  test('is not there, its proposal is not there, a source or key is not there: one sentence each', () => {
    expect(() => openRun({proposal: 1234, run: 99, root})).toThrow('Run 99 of proposal 1234 has no raw data');
    expect(() => openRun({proposal: 4321, run: 1, root})).toThrow('Proposal 4321 was not found below');
    using run = openRun({proposal: 1234, run: 8, root});
    expect(() => run.get('NOBODY', 'value')).toThrow('has no source NOBODY');
    expect(() => run.get('SA1_XTD2_XGM/DOOCS/MAIN', 'colour')).toThrow('has no key colour');
    expect(() => run.runValue('SA1_XTD2_XGM/DOOCS/MAIN', 'colour')).toThrow('has no run value colour');
    expect(run.has('SA1_XTD2_XGM/DOOCS/MAIN')).toBe(true);
    expect(run.has('SA1_XTD2_XGM/DOOCS/MAIN', 'pulseEnergy.photonFlux')).toBe(true);
    expect(run.has('SA1_XTD2_XGM/DOOCS/MAIN', 'colour')).toBe(false);
    expect(run.has('NOBODY', 'colour')).toBe(false);
  });

  test('knows when it began, from its first train, else from its first file', () => {
    using young = openRun({proposal: 1234, run: 2, root});
    expect(young.startTime).toBeCloseTo(Number(young.trainTimestamps()[0]) / 1e9, 5);
    using old = openRun({proposal: 1234, run: 1, root});
    const file = join(root, 'SPB/202601/p001234/raw/r0001/RAW-R0238-AGIPD00-S00000.h5');
    expect(old.startTime).toBe(statSync(file).mtimeMs / 1000);
  });

  test('gives values from its beginning: numbers, texts', () => {
    using run = openRun({proposal: 1234, run: 8, root});
    expect(run.runValue('SA1_XTD2_XGM/DOOCS/MAIN', 'classId')).toBe('DoocsXGM');
    expect(run.runValue('SA1_XTD2_XGM/DOOCS/MAIN', 'pulseEnergy.photonFlux')).toBeTypeOf('number');
    expect(run.deviceClass('SPB_IRU_CAM/CAM/SIDEMIC:daqOutput')).toBeUndefined();
    expect(run.proposalPath).toBe(join(root, 'SPB/202601/p001234'));
  });

  test('can be narrowed to some trains, by position or by id, and read in parts', () => {
    using run = openRun({proposal: 1234, run: 8, root});
    const pixels = run.get('SPB_IRU_CAM/CAM/SIDEMIC:daqOutput', 'data.image.pixels');
    const whole = pixels.ndarray().data as Uint16Array;
    expect(run.selectTrains({start: -3}).trainIds).toEqual(run.trainIds.slice(-3));
    expect(run.selectTrains([0, -1]).trainIds).toEqual(BigUint64Array.of(10000n, 10063n));
    expect(run.selectTrains(BigUint64Array.of(10005n, 3n)).trainIds).toEqual(BigUint64Array.of(10005n));
    expect(() => run.selectTrains([64])).toThrow('no train at position 64');
    const parts = [...pixels.splitTrains(3)].map((part) => part.ndarray());
    expect(parts.map(({shape}) => shape[0])).toEqual([21, 21, 22]);
    expect(parts.flatMap(({data}) => Array.from(data as Uint16Array))).toEqual(Array.from(whole));
    expect(pixels.selectTrains(BigUint64Array.of()).ndarray().shape).toEqual([0, 4, 6]);
  });

  test('reads one row of each entry, dropping that dimension', () => {
    using run = openRun({proposal: 1234, run: 8, root});
    const pixels = run.get('SPB_IRU_CAM/CAM/SIDEMIC:daqOutput', 'data.image.pixels');
    const {shape, data} = pixels.ndarray({roi: [1]});
    expect(shape).toEqual([64, 6]);
    expect(Array.from(data as Uint16Array).slice(0, 6)).toEqual(Array.from(pixels.ndarray().data as Uint16Array).slice(6, 12));
  });

  test('of ten trains and no data stands in for a mock run', () => {
    const run = mockRun({proposal: 1234, run: 5});
    expect(Array.from(run.trainIds, Number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(run.sources).toEqual([]);
    expect(run.startTime).toBeCloseTo(Date.now() / 1000, -1);
    expect(() => run.get('XGM', 'value')).toThrow('has no source XGM');
  });
});

describe('damage', () => {
  const copyOfRun = (name: string) => {
    const data = join(scratch, name);
    const folder = join(data, 'SPB/202601/p001234/raw/r0008');
    mkdirSync(folder, {recursive: true});
    cpSync(join(root, 'SPB/202601/p001234/raw/r0008'), folder, {recursive: true});
    return {data, folder};
  };

  test('of one file costs that file, and says so', () => {
    const {data, folder} = copyOfRun('truncated');
    truncateSync(join(folder, 'RAW-R0238-DA01-S00001.h5'), 2000);
    writeFileSync(join(folder, 'RAW-R0238-NOTES-S00000.h5'), 'not HDF5');
    openFile(join(folder, 'RAW-R0238-EMPTY-S00000.h5'), 'w')[Symbol.dispose]();
    using run = openRun({proposal: 1234, run: 8, root: data});
    expect(run.trainIds.length).toBe(32);
    expect(run.warnings.map(({file}) => file.slice(folder.length + 1))).toEqual([
      'RAW-R0238-DA01-S00001.h5',
      'RAW-R0238-EMPTY-S00000.h5',
      'RAW-R0238-NOTES-S00000.h5',
    ]);
    expect(run.warnings[1]?.reason).toContain('has no INDEX/trainId');
    expect(run.warnings.every(({reason}) => reason.length > 10)).toBe(true);
  });

  test('of all files is an error that names the first reason', () => {
    const {data, folder} = copyOfRun('ruined');
    for (const number of [0, 1]) truncateSync(join(folder, `RAW-R0238-DA01-S0000${number}.h5`), 2000);
    expect(() => openRun({proposal: 1234, run: 8, root: data})).toThrow(
      /None of the raw files of run 8 can be read; the first, RAW-R0238-DA01-S00000.h5, says: .+/,
    );
  });

  test('of all processed files leaves the raw data', () => {
    const {data, folder} = copyOfRun('proc-ruined');
    const proc = folder.replace('/raw/', '/proc/');
    mkdirSync(proc, {recursive: true});
    writeFileSync(join(proc, 'CORR-R0008-AGIPD00-S00000.h5'), 'half of a fi');
    using run = openRun({proposal: 1234, run: 8, root: data});
    expect(run.trainIds.length).toBe(64);
    expect(run.warnings).toMatchObject([{file: join(proc, 'CORR-R0008-AGIPD00-S00000.h5')}]);
    expect(() => openRun({proposal: 1234, run: 8, data: 'proc', root: data})).toThrow('None of the proc files');
  });

  test('the same train of a source in two files is refused with both names', () => {
    const {data, folder} = copyOfRun('twice');
    cpSync(join(folder, 'RAW-R0238-DA01-S00001.h5'), join(folder, 'RAW-R0238-DA02-S00001.h5'));
    using run = openRun({proposal: 1234, run: 8, root: data});
    expect(() => run.get('SPB_IRU_CAM/CAM/SIDEMIC:daqOutput', 'data.image.pixels').ndarray()).toThrow(
      /Train 10032 .* is in two files .*DA01-S00001.h5 and .*DA02-S00001.h5/,
    );
  });

  test('padding at the end of train ids, index and data is not read', () => {
    const {data, folder} = copyOfRun('padded');
    using untouched = openRun({proposal: 1234, run: 8, root});
    const source = 'SA1_XTD2_XGM/DOOCS/MAIN';
    {
      using file = openFile(join(folder, 'RAW-R0238-DA01-S00001.h5'), 'r+');
      for (const path of ['INDEX/trainId', `INDEX/${source}/first`, `INDEX/${source}/count`]) {
        const {data: values} = file.dataset(path).read();
        file.delete(path);
        const padded = BigUint64Array.from({length: 40}, (_, i) =>
          BigInt((values as BigUint64Array)[i] ?? (path.endsWith('count') ? 1 : 0)),
        );
        file.createDataset(path, {dtype: 'uint64', shape: [40], data: padded});
      }
    }
    using run = openRun({proposal: 1234, run: 8, root: data});
    const read = (from: Run) => from.get(source, 'pulseEnergy.photonFlux').ndarray();
    expect(run.trainIds).toEqual(untouched.trainIds);
    expect(read(run)).toEqual(read(untouched));
  });
});
