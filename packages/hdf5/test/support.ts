import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {openHandles} from '@firstlight/hdf5';
import {afterEach, beforeEach, expect} from 'vitest';

/** The Python of the project, with h5py. */
export const pythonPath = new URL('../../../.venv/bin/python', import.meta.url).pathname;

/** Runs Python with h5py; `path` is its `argv[1]`. Returns what it printed. */
export const runPython = (script: string, ...args: string[]): string =>
  execFileSync(pythonPath, ['-c', script, ...args], {encoding: 'utf8', maxBuffer: 2 ** 26});

/** Gives each test of the file a folder, and fails a test that leaves a handle open. */
export function folderForEachTest(): (name: string) => string {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'firstlight-hdf5-'));
  });
  afterEach(() => {
    const forgotten = openHandles();
    rmSync(folder, {recursive: true});
    expect(forgotten).toEqual([]);
  });
  return (name) => join(folder, name);
}
