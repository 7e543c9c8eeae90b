import {copyFileSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {seenInDirectory, seenInMemory} from '../src/intake/seen.ts';
import {openWriter, runDirectory, temporaryDirectory, watchFor, writeFiles} from './intake-tools.ts';

const names = (ready: readonly {run: number; trigger: string}[]) => ready.map(({run, trigger}) => `${trigger} ${run}`);

test('a run is handed on once, when its files are there and stay as they are', async () => {
  using root = temporaryDirectory();
  const directory = runDirectory(root.path, 7);
  writeFiles([join(directory, 'RAW-R0007-DA01-S00000.h5')]);
  const counts: number[] = [];
  const ready = await watchFor(20_000, {dataRoot: root.path}, (_, sofar) => void counts.push(sofar.length));
  expect(counts.slice(0, 3)).toEqual([0, 0, 1]);
  expect(ready).toMatchObject([
    {proposal: 1234, run: 7, trigger: 'raw', directory, damaged: [], files: [{name: 'RAW-R0007-DA01-S00000.h5'}]},
  ]);
});

test('directories that are not there yet are found when they appear, raw and proc', async () => {
  using root = temporaryDirectory();
  const dataRoot = join(root.path, 'data');
  const ready = await watchFor(20_000, {dataRoot}, (nowMs) => {
    if (nowMs === 1500) runDirectory(dataRoot, 1);
    if (nowMs === 2500) writeFiles([join(runDirectory(dataRoot, 1), 'RAW-R0001-DA01-S00000.h5')]);
    if (nowMs === 10_000) writeFiles([join(runDirectory(dataRoot, 1, 'proc'), 'CORR-R0001-DET01-S00000.h5')]);
  });
  expect(names(ready)).toEqual(['raw 1', 'proc 1']);
});

test.each([
  ['latest', 'plain'],
  ['latest', 'swmr'],
] as const)('a run with a file that is open for writing (%s, %s) is not ready before it is closed', async (version, mode) => {
  using root = temporaryDirectory();
  const directory = runDirectory(root.path, 1);
  writeFiles([join(directory, 'RAW-R0001-DA01-S00000.h5')]);
  await using writer = await openWriter(join(directory, 'RAW-R0001-DET01-S00000.h5'), version, mode);
  let closedAtMs: number | undefined;
  const ready = await watchFor(40_000, {dataRoot: root.path}, async (nowMs, sofar) => {
    if (closedAtMs !== undefined) return;
    expect(sofar).toEqual([]);
    // Silent for a while, as when the beam is lost, but not for ever.
    if (nowMs % 4000 === 0) await writer.tell('append');
    if (nowMs % 4000 === 0) await writer.tell('flush');
    if (nowMs < 15_000) return;
    await writer.tell('close');
    closedAtMs = nowMs;
  });
  expect(ready).toHaveLength(1);
  expect(ready[0]?.files).toHaveLength(2);
  expect(ready[0]?.damaged).toEqual([]);
});

test('a truncated file holds its run back for ten seconds, then the run is handed on with a warning', async () => {
  using root = temporaryDirectory();
  const directory = runDirectory(root.path, 1);
  const [whole, cut] = [join(directory, 'RAW-R0001-DA01-S00000.h5'), join(directory, 'RAW-R0001-DET01-S00000.h5')];
  writeFiles([whole, cut]);
  const {size} = statSync(cut);
  truncateSync(cut, 1000);
  let firstSeenMs: number | undefined;
  const ready = await watchFor(40_000, {dataRoot: root.path}, (nowMs, sofar) => {
    if (sofar.length > 0) firstSeenMs ??= nowMs;
  });
  expect(ready).toHaveLength(1);
  expect(ready[0]?.damaged).toEqual([`RAW-R0001-DET01-S00000.h5 ends after 1000 of ${size} bytes.`]);
  expect(firstSeenMs).toBeGreaterThanOrEqual(10_000);
  expect(firstSeenMs).toBeLessThan(12_000);
});

test('a late file and a changed file hand the run on again, files taken away do not', async () => {
  using root = temporaryDirectory();
  const directory = runDirectory(root.path, 1);
  const [first, late] = [join(directory, 'RAW-R0001-DA01-S00000.h5'), join(directory, 'RAW-R0001-DA01-S00001.h5')];
  writeFiles([first]);
  const done = new Set<string>();
  const once = (what: string, act: () => void) => {
    if (!done.has(what)) act();
    done.add(what);
  };
  const ready = await watchFor(60_000, {dataRoot: root.path}, (nowMs, sofar) => {
    if (sofar.length === 1) once('late', () => writeFiles([late]));
    if (sofar.length === 2) once('changed', () => utimesSync(late, 1e9, 1e9));
    if (sofar.length === 3 && nowMs > 30_000) once('lost', () => rmSync(first));
  });
  expect(ready.map(({files}) => files.length)).toEqual([1, 2, 2]);
  expect(new Set(ready.map(({signature}) => signature)).size).toBe(3);
});

test('a new watch with the same memory repeats nothing and misses nothing', async () => {
  using root = temporaryDirectory();
  const dataRoot = join(root.path, 'data');
  const seen = seenInDirectory(join(root.path, 'seen'));
  const fileOf = (run: number) => join(runDirectory(dataRoot, run), `RAW-R000${run}-DA01-S00000.h5`);
  writeFiles([1, 2, 3].map(fileOf));
  expect(names(await watchFor(5000, {dataRoot, seen}))).toEqual(['raw 3', 'raw 2', 'raw 1']);
  expect(await watchFor(5000, {dataRoot, seen})).toEqual([]);
  writeFiles([4, 2].map(fileOf));
  writeFiles([join(runDirectory(dataRoot, 1, 'proc'), 'CORR-R0001-DET01-S00000.h5')]);
  expect(names(await watchFor(5000, {dataRoot, seen}))).toEqual(['raw 4', 'raw 2', 'proc 1']);
  expect(await watchFor(5000, {dataRoot, seen})).toEqual([]);
});

test('a run counts as handed on only when the consumer asks for the next one', async () => {
  using root = temporaryDirectory();
  const seen = seenInMemory();
  writeFiles([1, 2].map((run) => join(runDirectory(root.path, run), 'RAW-DA01-S00000.h5')));
  const crash = new Error('the queue could not keep it');
  const failing = watchFor(5000, {
    dataRoot: root.path,
    seen: {...seen, set: () => Promise.reject(crash)},
  });
  await expect(failing).rejects.toBe(crash);
  expect(names(await watchFor(5000, {dataRoot: root.path, seen}))).toEqual(['raw 2', 'raw 1']);
});

test('hidden, unfinished and overview files are no data', async () => {
  using root = temporaryDirectory();
  const directory = runDirectory(root.path, 1);
  writeFiles(
    ['.RAW-R0001-DA01-S00000.h5', 'RAW-R0001-DA01-S00000.h5.writing', 'overview.h5', 'RAW-R0001-OVERVIEW.h5'].map((name) =>
      join(directory, name),
    ),
  );
  expect(await watchFor(5000, {dataRoot: root.path})).toEqual([]);
});

test('of many old runs some are looked at in turn, and all changes are found', async () => {
  using root = temporaryDirectory();
  const runs = Array.from({length: 600}, (_, i) => i + 1);
  const fileOf = (run: number) => join(runDirectory(root.path, run), 'RAW-DA01-S00000.h5');
  writeFiles([fileOf(1)]);
  for (const run of runs.slice(1)) copyFileSync(fileOf(1), fileOf(run));
  const seen = seenInMemory();
  const ready = await watchFor(10_000, {dataRoot: root.path, seen});
  expect(new Set(names(ready)).size).toBe(600);
  expect(ready).toHaveLength(600);
  utimesSync(fileOf(17), 1e9, 1e9);
  copyFileSync(fileOf(1), fileOf(601));
  expect(names(await watchFor(10_000, {dataRoot: root.path, seen})).sort()).toEqual(['raw 17', 'raw 601']);
});

test('a directory that cannot be read is reported once, and its run is handed on when it can', async () => {
  using root = temporaryDirectory();
  const directory = runDirectory(root.path, 1);
  rmSync(directory, {recursive: true});
  symlinkSync(directory, directory);
  const problems: string[] = [];
  const ready = await watchFor(20_000, {dataRoot: root.path, onProblem: ({code}) => problems.push(code)}, (nowMs) => {
    if (nowMs !== 10_000) return;
    rmSync(directory);
    writeFiles([join(directory, 'RAW-DA01-S00000.h5')]);
  });
  expect(problems).toEqual(['cannot-read-runs']);
  expect(names(ready)).toEqual(['raw 1']);
});
