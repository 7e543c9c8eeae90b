import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {simulate, runDirectory, type SimulatedRun} from '../src/index.ts';
import {filesBelow, hashData, python, readRun, temporaryDirectory, validate} from './tools.ts';

const small = {trains: 10, detector: [16, 16], camera: [8, 8], procDelaySeconds: 0, sequenceTrains: 4} as const;

/** A clock without waiting that tells when the simulation would have waited for the next train. */
const steppedClock = (onTrain: (nowMs: number) => void) => {
  let nowMs = 0;
  return {
    now: () => nowMs,
    async sleep(ms: number) {
      nowMs += Math.max(0, ms);
      onTrain(nowMs);
      await nextTurn();
    },
  };
};

const trainsInFile = (path: string, mode: 'swmr' | 'plain'): number => {
  const code = `import h5py, sys; f = h5py.File(sys.argv[1], "r", swmr=${mode === 'swmr' ? 'True' : 'False'}); print(min(len(f["INDEX/trainId"]), len(f["INSTRUMENT/SIM_DET_AREA/DET/AREA-1:daqOutput/data/adc"])))`;
  return Number(execFileSync(python, ['-c', code, path], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}));
};

test('files grow train by train and can be read meanwhile; closed sequence files stay', async () => {
  using root = temporaryDirectory();
  const directory = runDirectory(root.path, 1234, 'raw', 1);
  const seen: string[] = [];
  const clock = steppedClock((nowMs) => {
    if (nowMs % 300 !== 0 || seen.length === 3) return;
    const detectorFiles = filesBelow(directory).filter((name) => name.includes('DET01') && name.endsWith('.h5'));
    const trains = detectorFiles.map((name, i) => trainsInFile(join(directory, name), i === detectorFiles.length - 1 ? 'swmr' : 'plain'));
    seen.push(trains.join('+'));
  });
  await simulate({dir: root.path, ...small, grow: true, clock});
  expect(seen).toEqual(['3', '4+2', '4+4+1']);
  expect(await validate(directory)).toBe('');
  expect(filesBelow(directory)).toHaveLength(6);
  expect(readRun(root.path, 1, 'raw').trainIds).toHaveLength(10);
});

test('a grown run holds the same data as one written at once', async () => {
  using root = temporaryDirectory();
  const [grown, whole] = [join(root.path, 'grown'), join(root.path, 'whole')];
  await simulate({dir: grown, ...small, grow: true, clock: steppedClock(() => {})});
  await simulate({dir: whole, ...small});
  expect(hashData(grown)).toBe(hashData(whole));
});

test('a recording that is stopped is closed with the trains it has', async () => {
  using root = temporaryDirectory();
  const stop = new AbortController();
  const runs: SimulatedRun[] = [];
  const clock = steppedClock((nowMs) => {
    if (nowMs >= 600) stop.abort();
  });
  await simulate({dir: root.path, ...small, grow: true, clock, signal: stop.signal, runs: 0, onRun: (run) => runs.push(run)});
  expect(runs).toHaveLength(1);
  expect(await validate(runs[0]?.directory ?? '')).toBe('');
  expect(readRun(root.path, 1, 'raw').trainIds).toHaveLength(6);
});
