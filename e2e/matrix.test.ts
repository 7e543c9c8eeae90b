import {execFile} from 'node:child_process';
import {copyFileSync, mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {isFirstlightError} from '@firstlight/core';
import {silentLog} from '@firstlight/engine';
import type {Experiment} from '@firstlight/engine';
import {serve} from '@firstlight/server';
import type {Serving} from '@firstlight/server';
import {createFolder} from '@firstlight/store';
import type {ReadValue} from '@firstlight/store';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {notWritten, readOtherwise} from './matrix/not-said.ts';
import type {Reader, Writer} from './matrix/not-said.ts';
import {saidCell, saidValue} from './matrix/said.ts';

const matrix = fileURLToPath(new URL('./matrix', import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, '.venv/bin');
const run = {proposal: 1234, run: 1};

interface SaidValue {
  readonly read: {readonly kind: string} & Readonly<Record<string, unknown>>;
  readonly preview?: unknown;
  readonly summary?: unknown;
  readonly units?: string | null;
  readonly state?: string;
}
type SaidRun = Readonly<Record<string, SaidValue>>;
type Expected = Readonly<Record<string, {read: {kind: string}; preview: unknown; error?: string}>>;

const writers = ['python', 'typescript', 'official', 'submitted'] as const satisfies readonly Writer[];
/** Those that know summaries, units and previews. */
const readersOfCells = ['TypeScript', 'Python, folder', 'Python, server', 'official'] as const satisfies readonly Reader[];
const readers = ['TypeScript', 'Python, folder', 'Python, server', 'official', 'xarray and h5py'] as const satisfies readonly Reader[];

const directory = mkdtempSync(join(tmpdir(), 'firstlight-matrix-'));
const folderOf = (writer: Writer): string => join(directory, writer);
const execute = promisify(execFile);
// About 30 s by itself; the published package takes a second to do anything, and has to be asked six times.
const longestMs = 600_000;
let serving: Serving;
let expected: Expected;
let found: Record<Reader, Record<Writer, SaidRun>>;

beforeAll(async () => {
  await Promise.all([makeOfficial(), makeSubmitted(), makeOurs()]);
  serving = await serve(writers.map(folderOf), {port: 0, log: silentLog, experiment: {watch: false}});
  for (const writer of ['python', 'typescript'] as const) await process(experimentOf(writer));
  const asked = {
    'Python, folder': (writer: Writer) => `client=${folderOf(writer)}`,
    'Python, server': (writer: Writer) => `client=${url(writer)}`,
    official: (writer: Writer) => `official=${folderOf(writer)}`,
    'xarray and h5py': (writer: Writer) => `direct=${folderOf(writer)}`,
  };
  const returned = `expected=${join(matrix, 'context.py')}`;
  const answers = await askPython([returned, ...Object.values(asked).flatMap((placeOf) => writers.map(placeOf))]);
  expected = answers[returned] as unknown as Expected;
  const readByPython = Object.entries(asked).map(([reader, placeOf]) => [reader, ofAll((writer) => answers[placeOf(writer)] as SaidRun)]);
  const readHere = await Promise.all(writers.map(async (writer) => readWithTypeScript(experimentOf(writer))));
  found = {...Object.fromEntries(readByPython), TypeScript: ofAll((writer) => readHere[writers.indexOf(writer)] as SaidRun)};
}, longestMs);

afterAll(async () => {
  await serving?.close();
  rmSync(directory, {recursive: true, force: true});
});

const experimentOf = (writer: Writer): Experiment => serving.experiments[writers.indexOf(writer)] as Experiment;

const url = (writer: Writer): string => `${serving.url}api/experiments/${experimentOf(writer).id}`;

async function runHere(command: string, args: readonly string[], cwd: string): Promise<string> {
  const own = {
    EXTRA_DATA_DATA_ROOT: directory,
    XFEL_DATA_ROOT: directory,
    AMORE_BROKER: 'none',
    MPLBACKEND: 'Agg',
    QT_QPA_PLATFORM: 'offscreen',
  };
  const env = {
    ...globalThis.process.env,
    ...own,
    HOME: directory,
    PYTHONPATH: join(root, 'python'),
    PATH: `${bin}:${globalThis.process.env.PATH}`,
  };
  const {stdout} = await execute(join(bin, command), args, {cwd, env, maxBuffer: 2 ** 28});
  return stdout;
}

/** Everything by the published package: its folder, its job, its combiner. */
async function makeOfficial(): Promise<void> {
  const folder = folderOf('official');
  await runHere('damnit', ['init', folder, '--proposal', '1234'], directory);
  mkdirSync(join(folder, 'extracted_data'), {recursive: true});
  copyFileSync(join(matrix, 'context.py'), join(folder, 'context.py'));
  await runHere('damnit', ['db-config', 'context_python', join(bin, 'python')], folder);
  await runHere('damnit', ['read-context'], folder);
  await runHere('damnit', ['reprocess', '1', '--mock', '--direct'], folder);
  await runHere('damnit', ['combiner', 'now', '.'], folder);
}

async function makeSubmitted(): Promise<void> {
  createFolder(folderOf('submitted'), {proposal: 1234, contextPython: join(bin, 'python'), dataRoot: directory});
  await runHere('python', [join(matrix, 'submit.py'), join(matrix, 'context.py'), folderOf('submitted')], directory);
}

async function makeOurs(): Promise<void> {
  for (const [writer, context] of [
    ['python', 'context.py'],
    ['typescript', 'context.ts'],
  ] as const) {
    createFolder(folderOf(writer), {proposal: 1234, contextPython: join(bin, 'python'), dataRoot: directory});
    rmSync(join(folderOf(writer), 'context.py'), {force: true});
    copyFileSync(join(matrix, context), join(folderOf(writer), context));
  }
}

async function process(experiment: Experiment): Promise<void> {
  const events = await Array.fromAsync(experiment.process({runs: [run], mock: true}));
  expect(events.at(-1)).toMatchObject({event: 'finished', runs: 1, values: {none: 1, skipped: 1, failed: 2}});
}

const ofAll = <T>(make: (writer: Writer) => T): Record<Writer, T> =>
  Object.fromEntries(writers.map((writer) => [writer, make(writer)])) as Record<Writer, T>;

async function readWithTypeScript({table, reader, folder}: Experiment): Promise<SaidRun> {
  const cells = table.cells(run).filter(({name}) => name !== 'start_time');
  const values = cells.map(async (cell) => {
    const read = await orNothing(reader.readData(folder.dir, run, cell.name));
    return [cell.name, saidCell(cell, read, await orNothing(reader.readPreview(folder.dir, run, cell.name)))] as const;
  });
  return Object.fromEntries(await Promise.all(values)) as unknown as SaidRun;
}

async function orNothing(reading: Promise<ReadValue | undefined>): Promise<unknown> {
  try {
    return saidValue(await reading);
  } catch (error) {
    if (isFirstlightError(error, 'no-value')) return {kind: 'nothing'};
    return {kind: 'raised', text: String(error)};
  }
}

/** One process reads everything: half of its time are imports. */
const askPython = async (asked: readonly string[]): Promise<Record<string, SaidRun>> =>
  JSON.parse(await runHere('python', [join(matrix, 'read.py'), ...asked], directory)) as Record<string, SaidRun>;

/** The values that a writer could express. */
const written = (writer: Writer): [string, Expected[string]][] =>
  Object.entries(expected).filter(([name]) => !(name in notWritten[writer]));

test('every kind of value is there, and every hole in the matrix is one', () => {
  expect(Object.keys(expected).length).toBeGreaterThan(70);
  for (const holes of [...Object.values(notWritten), ...Object.values(readOtherwise)])
    expect(Object.keys(holes).filter((name) => !(name in expected))).toEqual([]);
  for (const writer of writers) expect(Object.keys(notWritten[writer]).filter((name) => name in found.TypeScript[writer])).toEqual([]);
});

describe.each(writers)('what %s wrote', (writer) => {
  test.each(readers)('is read by %s as it was returned, bit for bit', (reader) => {
    const pairs = written(writer)
      .filter(([, {read}]) => read.kind !== 'nothing')
      .map(([name, {read}]) => [name, readOtherwise[reader][name]?.as(read) ?? read, found[reader][writer][name]?.read] as const);
    expect(Object.fromEntries(pairs.map(([name, , given]) => [name, given]))).toEqual(
      Object.fromEntries(pairs.map(([name, returned]) => [name, returned])),
    );
  });

  test('has the previews that were returned', () => {
    const shown = written(writer).filter(([, {preview}]) => preview !== null);
    const returned = Object.fromEntries(shown.map(([name, {preview}]) => [name, preview]));
    for (const reader of readersOfCells) {
      const given = Object.fromEntries(shown.map(([name]) => [name, found[reader][writer][name]?.preview]));
      expect({reader, ...given}).toEqual({reader, ...returned});
    }
  });

  test('has the same summaries, units and previews for every reader', () => {
    for (const name of Object.keys(found.official[writer])) {
      const told = readersOfCells.map((reader) => {
        const {summary, units, preview} = found[reader][writer][name] as SaidValue;
        return {summary, units, preview: name in readOtherwise[reader] ? 'told otherwise' : orNull(preview)};
      });
      const otherwise = told.some(({preview}) => preview === 'told otherwise');
      const [first, ...others] = otherwise ? told.map(({summary, units}) => ({summary, units})) : told;
      for (const other of others) expect({name, ...other}).toEqual({name, ...first});
    }
  });

  test('has its failures, and nothing where nothing was returned', () => {
    for (const reader of ['TypeScript', 'Python, folder', 'Python, server'] as const) {
      const states = Object.fromEntries(written(writer).map(([name]) => [name, found[reader][writer][name]?.state ?? 'missing']));
      const {fails, skips, integer_too_big, nothing, ...others} = states;
      expect({reader, fails, skips, integer_too_big}).toEqual({reader, fails: 'failed', skips: 'skipped', integer_too_big: 'failed'});
      expect(['none', 'missing']).toContain(nothing);
      expect(Object.entries(others).filter(([, state]) => state !== 'ok')).toEqual([]);
    }
    for (const name of ['fails', 'skips', 'integer_too_big', 'nothing']) {
      expect(found.official[writer]).not.toHaveProperty(name);
      expect(found['xarray and h5py'][writer]).not.toHaveProperty(name);
    }
  });
});

/** The official package raises where there is only a summary. */
const orNull = (preview: unknown): unknown => ((preview as {kind?: string} | null)?.kind === 'nothing' ? null : preview);

test(
  '`firstlight.open` answers the same from a folder and from its server, and changes both',
  async () => {
    const said = await runHere('python', [join(matrix, 'same.py'), folderOf('python'), url('python')], directory);
    expect(said).toBe('the same\n');
  },
  longestMs,
);

test(
  '`Damnit` of ours answers every call as the official one, whoever wrote the folder',
  async () => {
    const differences = await runHere(
      'python',
      [join(root, 'python/tests/look_alike.py'), folderOf('python'), folderOf('official')],
      directory,
    );
    expect(differences.trim().split('\n').filter(Boolean)).toEqual([]);
  },
  longestMs,
);
