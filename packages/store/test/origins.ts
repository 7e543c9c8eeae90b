import {createHash} from 'node:crypto';
import {join} from 'node:path';
import {identityText, type Origin, type RunId} from '@firstlight/core';
import {openFile} from '@firstlight/hdf5';
import type {CellValue, ExperimentFolder} from '../src/index.ts';
import {leave, run} from './folders.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** An origin, as a runner says it. */
export function originOf(rest: Partial<Origin> = {}): Origin {
  const ingredients = {code: sha256('code'), data: sha256('raw'), inputs: [], ...rest};
  return {
    identity: sha256(identityText(ingredients)),
    ...ingredients,
    context: sha256('context'),
    environment: sha256('environment'),
    job: 'job-1',
    trigger: 'all',
    attempt: 1,
    language: 'python',
    host: 'node-1',
    pid: 4711,
    user: 'someone',
    startedAt: 1_700_000_000,
    seconds: 0.25,
    memoryBytes: 1024,
    ...rest,
  };
}

/** Leaves a fragment with one value and what it was made of (or any other text in that place). */
export function leaveWithOrigin(folder: ExperimentFolder, name: string, cell: CellValue, origin: Origin | string, id: RunId = run): string {
  const fragment = leave(folder, name, cell, id);
  using file = openFile(join(folder.extractedData, fragment), 'r+', {locking: false});
  using own = file.requireGroup('.firstlight');
  own.createDataset('origin', typeof origin === 'string' ? origin : JSON.stringify({[name]: origin}))[Symbol.dispose]();
  return fragment;
}
