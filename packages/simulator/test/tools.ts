import {execFile, execFileSync} from 'node:child_process';
import {mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {DType} from '@firstlight/core';
import {arrayTypeOf} from '@firstlight/core';

const inEnvironment = (name: string) => fileURLToPath(new URL(`../../../.venv/bin/${name}`, import.meta.url));
const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export const python: string = inEnvironment('python');

/** A directory that goes away with the scope. */
export const temporaryDirectory = () => {
  const path = mkdtempSync(join(tmpdir(), 'firstlight-simulator-'));
  return {path, [Symbol.dispose]: () => rmSync(path, {recursive: true, force: true})};
};

/** The names of all files below a directory, sorted. */
export const filesBelow = (directory: string): string[] =>
  readdirSync(directory, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();

/** What `extra-data-validate` says about a run directory: nothing if all is well, else its output. */
export const validate = (directory: string): Promise<string> =>
  new Promise((resolve) => {
    execFile(inEnvironment('extra-data-validate'), [directory], (error, stdout, stderr) => resolve(error ? stdout + stderr : ''));
  });

/** A hash of all data below a directory. */
export const hashData = (directory: string): string => execFileSync(python, [script('hash-data.py'), directory], {encoding: 'utf8'}).trim();

export interface ReadKey {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly units: string | null;
  readonly trainIds: readonly number[];
  readonly bytes: string;
}

export interface ReadRun {
  readonly directoryTrains: number;
  readonly trainIds: readonly number[];
  readonly start: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly classes: Readonly<Record<string, string>>;
  readonly keys: Readonly<Record<string, ReadKey>>;
}

/** What the real extra_data finds in a run. */
export const readRun = (root: string, run: number, data: 'raw' | 'proc' | 'all', proposal = 1234): ReadRun => {
  const text = execFileSync(python, [script('read-run.py'), root, String(proposal), String(run), data], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    env: {...process.env, EXTRA_DATA_DATA_ROOT: root},
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(text) as ReadRun;
};

/** The numbers of a key, in one row. */
export const valuesOf = (key: ReadKey | undefined): number[] => {
  if (!key || key.dtype === 'string') throw new Error('There are no numbers.');
  const bytes = Uint8Array.from(Buffer.from(key.bytes, 'base64'));
  return Array.from<number | bigint, number>(new (arrayTypeOf(key.dtype))(bytes.buffer), Number);
};
