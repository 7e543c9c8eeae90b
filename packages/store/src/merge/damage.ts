import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type RunId, runFileName, sentenceOf} from '@firstlight/core';
import {type H5File, openFile} from '@firstlight/hdf5';
import {isDiskFull} from '../folder/errors.ts';
import type {FolderPaths} from '../folder/layout.ts';
import {copyVariable, variablesIn} from '../fragment/areas.ts';
import {GuardedFile} from '../fragment/guarded.ts';
import {readFragment} from '../fragment/read.ts';
import {DimensionNumbers} from '../netcdf/copy.ts';

/** Why a run's file cannot be changed, found out by copying all of it; undefined when it can (or is not there). */
export function damageOfRunFile({extractedData}: FolderPaths, run: RunId): string | undefined {
  const path = join(extractedData, runFileName(run));
  return existsSync(path)
    ? damageOf(
        () => ownFile(path),
        (file) => variablesIn(file),
      )
    : undefined;
}

/** Why a fragment cannot be merged into any file, found out by merging it into an empty one; undefined when it can. */
export const damageOfFragment = (path: string): string | undefined =>
  damageOf(
    () => GuardedFile.open(path),
    (file) => readFragment(file).entries.flatMap(({name, state}) => (state === 'none' ? [] : [name])),
  );

/** A file to look at, and what closes it. */
interface Opened extends Disposable {
  readonly file: H5File;
}

function ownFile(path: string): Opened {
  const file = openFile(path, 'r', {locking: false});
  return {file, [Symbol.dispose]: () => file[Symbol.dispose]()};
}

function damageOf(open: () => Opened, namesIn: (file: H5File) => string[]): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'firstlight-'));
  try {
    using source = open();
    using target = openFile(join(directory, 'scratch.h5'), 'x', {locking: false});
    const numbers = new DimensionNumbers(target);
    for (const name of namesIn(source.file)) copyVariable(source.file, target, name, numbers);
    return undefined;
  } catch (error) {
    if (isDiskFull(error)) throw error;
    return sentenceOf(error);
  } finally {
    rmSync(directory, {recursive: true, force: true});
  }
}
