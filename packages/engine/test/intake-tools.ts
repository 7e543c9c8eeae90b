import {execFileSync, spawn} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {createInterface} from 'node:readline';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import type {Clock} from '../src/intake/clock.ts';
import {seenInMemory} from '../src/intake/seen.ts';
import {watchRuns, type RunReady, type WatchOptions} from '../src/intake/watch.ts';

export const python = fileURLToPath(new URL('../../../.venv/bin/python', import.meta.url));

/** A directory that goes away with the scope. */
export const temporaryDirectory = () => {
  const path = mkdtempSync(join(tmpdir(), 'firstlight-intake-'));
  return {path, [Symbol.dispose]: () => rmSync(path, {recursive: true, force: true})};
};

/** The directory of a run below a data root, made if it is not there. */
export const runDirectory = (root: string, run: number, data: 'raw' | 'proc' = 'raw', proposal = 1234): string => {
  const path = join(root, 'SIM', '202601', `p${String(proposal).padStart(6, '0')}`, data, `r${String(run).padStart(4, '0')}`);
  mkdirSync(path, {recursive: true});
  return path;
};

/** Writes complete HDF5 files with h5py. */
export const writeFiles = (paths: readonly string[], libraryVersion = 'earliest'): void => {
  for (const path of paths) mkdirSync(dirname(path), {recursive: true});
  const code =
    'import h5py, sys\nfor path in sys.argv[2:]:\n  with h5py.File(path, "w", libver=sys.argv[1]) as f: f["rows"] = [1.0] * 2000';
  execFileSync(python, ['-c', code, libraryVersion, ...paths]);
};

/** A process that holds an HDF5 file open and does what it is told. */
export const openWriter = async (path: string, libraryVersion: 'earliest' | 'v110' | 'latest', mode: 'plain' | 'swmr') => {
  mkdirSync(dirname(path), {recursive: true});
  const script = fileURLToPath(new URL('./intake-writer.py', import.meta.url));
  const child = spawn(python, [script, path, libraryVersion, mode], {stdio: ['pipe', 'pipe', 'inherit']});
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const answers = createInterface({input: child.stdout})[Symbol.asyncIterator]();
  const tell = async (command: 'append' | 'flush' | 'close' | 'nothing') => {
    child.stdin.write(`${command}\n`);
    await answers.next();
  };
  await tell('nothing');
  return {
    tell,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
};

/** A clock on which waiting takes no time; `onSleep` is called between two polls. */
export const quickClock = (onSleep: (nowMs: number) => void | Promise<void> = () => {}): Clock => {
  let nowMs = 0;
  return {
    now: () => nowMs,
    async sleep(ms) {
      nowMs += ms;
      await nextTurn();
      await onSleep(nowMs);
    },
  };
};

/** What a watch hands on within some time on its own clock; `during` is called between two polls with the time and what came so far. */
export const watchFor = async (
  ms: number,
  options: Partial<WatchOptions> & Pick<WatchOptions, 'dataRoot'>,
  during: (nowMs: number, sofar: readonly RunReady[]) => void | Promise<void> = () => {},
): Promise<RunReady[]> => {
  const stop = new AbortController();
  const ready: RunReady[] = [];
  const clock = quickClock(async (nowMs) => {
    if (nowMs >= ms) stop.abort();
    else await during(nowMs, ready);
  });
  for await (const run of watchRuns({proposals: [1234], seen: seenInMemory(), signal: stop.signal, clock, ...options})) ready.push(run);
  return ready;
};
