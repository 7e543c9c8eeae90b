import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {runFileName, type RunId} from '@firstlight/core';
import {type H5File, openFile} from '@firstlight/hdf5';
import {pathsOf} from '../folder/layout.ts';
import {areas, copyVariable, variablesIn} from '../fragment/areas.ts';
import {DimensionNumbers} from '../netcdf/copy.ts';
import {writeNetcdf} from '../netcdf/write.ts';
import {tableDataset} from './hdf5-table.ts';
import {isAboutData, missing} from './missing.ts';
import type {ExportSource} from './source.ts';

const lockTimeoutMs = 5000;

/**
 * Writes everything in one HDF5 file: `/table` (netCDF; for xarray) with a column for each variable and its state, and for each run a group `/p1234_r7` that is built
 * as DAMNIT's own file of a run: `NAME/data` or netCDF content, `.preview/NAME`, `.reduced/NAME`, `.errors/NAME`. Yields the runs done; returns what could not be taken.
 */
export function* writeHdf5(source: ExportSource, path: string): Generator<number, readonly string[]> {
  using file = openFile(path, 'x', {locking: false});
  const names = new Set(source.columns.map(({name}) => name));
  {
    using table = file.createGroup('table');
    writeNetcdf(table, tableDataset(source));
  }
  const numbers = new DimensionNumbers(file);
  const problems: string[] = [];
  let done = 0;
  for (const run of source.runs) {
    try {
      copyRun(file, source.dir, run, {names, numbers});
    } catch (error) {
      if (!isAboutData(error)) throw error;
      problems.push(missing(run, error));
    }
    yield ++done;
  }
  return problems;
}

function copyRun(target: H5File, dir: string, run: RunId, {names, numbers}: {names: ReadonlySet<string>; numbers: DimensionNumbers}): void {
  const path = join(pathsOf(dir).extractedData, runFileName(run));
  if (!existsSync(path)) return;
  using from = openFile(path, 'r', {lockTimeoutMs});
  using group = target.createGroup(`p${run.proposal}_r${run.run}`);
  for (const area of Object.values(areas)) group.createGroup(area)[Symbol.dispose]();
  for (const name of variablesIn(from)) if (names.has(name)) copyVariable(from, group, name, numbers);
}
