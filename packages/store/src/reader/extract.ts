import {rmSync} from 'node:fs';
import type {RunId} from '@firstlight/core';
import {openFile} from '@firstlight/hdf5';
import {areas, copyVariable, variablesIn} from '../fragment/areas.ts';
import {DimensionNumbers} from '../netcdf/copy.ts';
import {noValue, openRunFile, type OpenValue} from './read-value.ts';

/**
 * Writes all that is stored of a value into a new file, laid out like a run's: who has it reads it as if it were here. Throws `no-value`; then there is no file.
 *
 * @param path where the file is made.
 */
export function extractValue(dir: string, run: RunId, name: string, path: string, open: OpenValue = openRunFile): void {
  using source = open(dir, run, name);
  if (!variablesIn(source).includes(name)) throw noValue(run, name);
  try {
    using target = openFile(path, 'x', {locking: false}); // nobody else knows this file
    for (const area of Object.values(areas)) target.createGroup(area)[Symbol.dispose]();
    copyVariable(source, target, name, new DimensionNumbers(target));
  } catch (error) {
    rmSync(path, {force: true});
    throw error;
  }
}
