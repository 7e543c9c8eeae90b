import {simulate, type SimulatedRun} from '@firstlight/simulator';
import {expect, test} from 'vitest';
import {seenInMemory} from '../src/intake/seen.ts';
import {watchRuns, type RunReady} from '../src/intake/watch.ts';
import {temporaryDirectory} from './intake-tools.ts';

const small = {trains: 20, detector: [16, 16], camera: [8, 8], procDelaySeconds: 0.05} as const;

/** Watches a simulation in real time until so many runs came; tells what the simulation completed before each. */
const watchSimulation = async (options: Omit<Parameters<typeof simulate>[0], 'dir'>, expected: number) => {
  using root = temporaryDirectory();
  const written: SimulatedRun[] = [];
  const simulation = simulate({dir: root.path, ...small, ...options, onRun: (run) => written.push(run)});
  const stop = new AbortController();
  const watch = watchRuns({
    dataRoot: root.path,
    proposals: [1234],
    seen: seenInMemory(),
    signal: stop.signal,
    pollMs: 3,
    // No time to settle: what keeps a run back is the state of its files alone.
    settleMs: 0,
    damagedMs: 300,
  });
  const ready: (RunReady & {wasWritten: boolean})[] = [];
  for await (const run of watch) {
    const wasWritten = written.some((one) => one.run === run.run && one.data === run.trigger && one.files.length === run.files.length);
    ready.push({...run, wasWritten});
    if (ready.length === expected) stop.abort();
  }
  await simulation;
  return ready;
};

test('a run that grows train by train in several files is handed on once, when it is complete', async () => {
  const ready = await watchSimulation({runs: 2, grow: true, trainsPerSecond: 100, sequenceTrains: 6}, 4);
  expect(ready.map(({run, trigger}) => `${trigger} ${run}`).sort()).toEqual(['proc 1', 'proc 2', 'raw 1', 'raw 2']);
  expect(ready.filter(({trigger}) => trigger === 'raw').map(({files}) => files.length)).toEqual([8, 8]);
  expect(ready.every(({wasWritten, damaged}) => wasWritten && damaged.length === 0)).toBe(true);
});

test('a run with a truncated file comes late and says so, the others come whole', async () => {
  const ready = await watchSimulation({runs: 6, faults: true}, 11);
  expect(new Set(ready.map(({run, trigger}) => `${trigger} ${run}`)).size).toBe(11);
  const damaged = ready.filter((run) => run.damaged.length > 0);
  expect(damaged.map(({run, trigger}) => `${trigger} ${run}`)).toEqual(['raw 6']);
  expect(damaged[0]?.damaged[0]).toMatch(/^RAW-R0006-DET01-S00000\.h5 ends after \d+ of \d+ bytes\.$/);
});
