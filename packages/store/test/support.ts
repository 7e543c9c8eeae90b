import {execFile} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import type {DType, NDArray, TypedArray} from '@firstlight/core';
import {onTestFinished} from 'vitest';

const root = new URL('../../..', import.meta.url).pathname;
export const python = join(root, '.venv/bin/python');
const damnitCommand = join(root, '.venv/bin/damnit');

/** A directory that is gone after the test (or after what `whenDone` waits for). */
export function temporaryDirectory(whenDone: (remove: () => void) => void = onTestFinished): string {
  const path = mkdtempSync(join(tmpdir(), 'firstlight-store-'));
  whenDone(() => rmSync(path, {recursive: true, force: true}));
  return path;
}

/** What the official damnit needs to run without a facility. */
export function damnitEnvironment(directory: string): NodeJS.ProcessEnv {
  const [data, home] = [join(directory, 'exp'), join(directory, 'home')];
  for (const path of [data, home]) mkdirSync(path, {recursive: true});
  const own = {
    EXTRA_DATA_DATA_ROOT: data,
    XFEL_DATA_ROOT: data,
    AMORE_BROKER: 'none',
    MPLBACKEND: 'Agg',
    QT_QPA_PLATFORM: 'offscreen',
    HOME: home,
  };
  return {...process.env, ...own, PATH: `${join(root, '.venv/bin')}:${process.env.PATH}`};
}

const execute = promisify(execFile);

/** Runs a Python script and gives what it printed. */
export async function runPython(args: readonly string[], {directory}: {directory: string}): Promise<string> {
  const {stdout} = await execute(python, args, {env: damnitEnvironment(directory), maxBuffer: 2 ** 28});
  return stdout;
}

/** Runs the official `damnit` command in a folder. */
export async function runDamnit(args: readonly string[], {directory, folder}: {directory: string; folder: string}): Promise<string> {
  const {stdout, stderr} = await execute(damnitCommand, args, {env: damnitEnvironment(directory), cwd: folder});
  return stdout + stderr;
}

/** An array of numbers in a line. */
export const array = (dtype: DType, shape: readonly number[], data: TypedArray | readonly string[]): NDArray => ({dtype, shape, data});
