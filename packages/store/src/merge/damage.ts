import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type RunId, runFileName, sentenceOf} from '@firstlight/core';
import {openFile} from '@firstlight/hdf5';
import {isDiskFull} from '../folder/errors.ts';
import type {FolderPaths} from '../folder/layout.ts';
import {copyVariable} from '../fragment/areas.ts';
import {readFragment} from '../fragment/read.ts';
import {DimensionNumbers} from '../netcdf/copy.ts';

/** Why a run's file cannot be changed, or undefined when it can (or is not there). */
export function damageOfRunFile({extractedData}: FolderPaths, run: RunId): string | undefined {
  const path = join(extractedData, runFileName(run));
  if (!existsSync(path)) return undefined;
  try {
    using file = openFile(path, 'r', {locking: false});
    file.keys();
    return undefined;
  } catch (error) {
    return sentenceOf(error);
  }
}

/** Why a fragment cannot be merged into any file, found out by merging it into an empty one; undefined when it can. */
export function damageOfFragment(path: string): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'firstlight-'));
  try {
    using source = openFile(path, 'r', {locking: false});
    using target = openFile(join(directory, 'scratch.h5'), 'x', {locking: false});
    const numbers = new DimensionNumbers(target);
    for (const {name, state} of readFragment(source).entries) if (state !== 'none') copyVariable(source, target, name, numbers);
    return undefined;
  } catch (error) {
    if (isDiskFull(error)) throw error;
    return sentenceOf(error);
  } finally {
    rmSync(directory, {recursive: true, force: true});
  }
}
