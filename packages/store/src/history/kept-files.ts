import {createHash} from 'node:crypto';
import {existsSync, renameSync, rmSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import type {RunId} from '@firstlight/core';
import {type H5Group, openFile} from '@firstlight/hdf5';
import {faultPoint} from '../fault-point.ts';
import {makeDirectory, syncToDisk} from '../folder/durable.ts';
import type {FolderPaths} from '../folder/layout.ts';
import {openToAll} from '../folder/modes.ts';
import {areas, copyVariable} from '../fragment/areas.ts';
import {DimensionNumbers} from '../netcdf/copy.ts';

/** Where the data of replaced versions lies, below `.firstlight`. */
export const keptDirectory = ({privateDir}: Pick<FolderPaths, 'privateDir'>): string => join(privateDir, 'history');

const longestName = 150; // of 255 bytes that a file's name may have

/** Where the data of a version is kept, below the directory of kept data: `p1234_r7/NAME@VERSION.h5`. */
export function keptFile({proposal, run}: RunId, name: string, version: number): string {
  const isLong = Buffer.byteLength(name) > longestName;
  const short = isLong ? `${name.slice(0, longestName / 4)}~${createHash('sha256').update(name).digest('hex').slice(0, 16)}` : name;
  return join(`p${proposal}_r${run}`, `${short}@${version}.h5`);
}

/**
 * Keeps the data of a value that is about to be replaced, as a run file with this one variable. What is kept already stays: after a crash in the middle of a
 * merge the run's file may hold the new value, which must not get the old one's place.
 *
 * To be followed by `syncToDisk` of the file's directory.
 */
export function keepData(path: string, file: H5Group, name: string): void {
  if (existsSync(path)) return;
  for (const directory of [dirname(dirname(path)), dirname(path)]) makeDirectory(directory);
  const beside = join(dirname(path), `.${basename(path)}.new`);
  rmSync(beside, {force: true});
  try {
    {
      using target = openFile(beside, 'x', {locking: false});
      for (const area of Object.values(areas)) target.createGroup(area)[Symbol.dispose]();
      copyVariable(file, target, name, new DimensionNumbers(target));
    }
    openToAll(beside);
    syncToDisk(beside);
    faultPoint('writer:before-keeping');
    renameSync(beside, path);
    faultPoint('writer:after-keeping');
  } catch (error) {
    rmSync(beside, {force: true});
    throw error;
  }
}
