import {execFileSync} from 'node:child_process';
import {mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as after} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import type {JobEvent, RunId} from '@firstlight/core';
import {createFolder} from '@firstlight/store';
import {onTestFinished} from 'vitest';
import {Experiment} from '@firstlight/engine';
import type {ExperimentOptions, Log, ProcessRequest} from '@firstlight/engine';

export const python = fileURLToPath(new URL('../../../.venv/bin/python', import.meta.url));

/** A directory that goes away with the test. */
export function temporaryDirectory(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'firstlight-engine-')));
  onTestFinished(() => rmSync(path, {recursive: true, force: true}));
  return path;
}

/** An experiment folder with a context. */
export function folderWith(context: string, dataRoot?: string): string {
  const dir = join(temporaryDirectory(), 'folder');
  createFolder(dir, {proposal: 1234, contextPython: python, ...(dataRoot ? {dataRoot} : {})});
  writeContext(dir, context);
  return dir;
}

export const writeContext = (dir: string, context: string): void =>
  writeFileSync(join(dir, 'context.py'), `from damnit_ctx import Variable, Skip, Cell\nimport numpy as np\nimport time, os\n\n${context}`);

/** A log that keeps what it was told. */
export function memoryLog(): Log & {readonly lines: string[]} {
  const lines: string[] = [];
  const keep = (sentence: string): void => void lines.push(sentence);
  return {lines, info: keep, warn: keep, error: keep};
}

export const open = async (dir: string, options: ExperimentOptions = {}): Promise<Experiment> =>
  Experiment.open(dir, {watch: false, log: memoryLog(), ...options});

export const run = (number: number): RunId => ({proposal: 1234, run: number});

/** Processes mock runs and gives all events. */
export const processed = async (experiment: Experiment, request: Partial<ProcessRequest> = {}): Promise<JobEvent[]> =>
  Array.fromAsync(experiment.process({runs: [run(1)], mock: true, ...request}));

/** Waits for a condition; fails with what is awaited. */
export async function until<T>(what: string, condition: () => T | Promise<T>, longestMs = 20_000): Promise<NonNullable<T>> {
  for (const end = performance.now() + longestMs; performance.now() < end; await after(5)) {
    const result = await condition();
    if (result) return result;
  }
  throw new Error(`Waited in vain: ${what}.`);
}

/** What lies in the inbox. */
export const inboxOf = (dir: string): string[] => readdirSync(join(dir, '.firstlight', 'inbox'));

/** The processes that work in a directory and whose command line has a text. */
export function processesIn(dir: string, text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => worksIn(pid, dir, text));
}

/** Ends processes at once; one may have ended with another that was ended before. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function worksIn(pid: number, dir: string, text: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === dir && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
  } catch {
    return false; // It ended while we looked, or is not ours.
  }
}

/** The folder's writer. */
export const writerOf = (dir: string): number => JSON.parse(readFileSync(join(dir, '.firstlight', 'owner.json'), 'utf8')).pid;

/** Does something with the database as another program would. */
export const inDatabase = (dir: string, statement: string): string =>
  execFileSync(
    python,
    [
      '-c',
      'import sqlite3, sys\nwith sqlite3.connect(sys.argv[1]) as c: print(*c.execute(sys.argv[2]), sep="\\n")',
      join(dir, 'runs.sqlite'),
      statement,
    ],
    {
      encoding: 'utf8',
    },
  );
