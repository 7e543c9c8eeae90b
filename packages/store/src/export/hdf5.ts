import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {type Coordinate, type NDArray, runFileName, type RunId} from '@firstlight/core';
import {type H5File, openFile} from '@firstlight/hdf5';
import {pathsOf} from '../folder/layout.ts';
import {areas, copyVariable, variablesIn} from '../fragment/areas.ts';
import {DimensionNumbers} from '../netcdf/copy.ts';
import {writeNetcdf} from '../netcdf/write.ts';
import {storedStates} from '../reader/table-model.ts';
import {type ExportColumn, type ExportRow, isArray, isComplex, type StoredSummary} from './model.ts';
import type {ExportSource} from './source.ts';
import {arrayJson, summaryText} from './text.ts';

const lockTimeoutMs = 5000;
const smallestInteger = -(2n ** 63n); // stands for nothing among integers, which have no NaN
const missingState = storedStates.length;

/**
 * Writes everything in one HDF5 file: `/table` (netCDF; for xarray) with a column for each variable and its state, and for each run a group `/p1234_r7` that is built
 * as DAMNIT's own file of a run: `NAME/data` or netCDF content, `.preview/NAME`, `.reduced/NAME`, `.errors/NAME`. Yields the rows done.
 */
export function* writeHdf5(source: ExportSource, path: string): Generator<number> {
  using file = openFile(path, 'x', {locking: false});
  const names = new Set(source.columns.map(({name}) => name));
  const rows = [...withoutPictures(source)];
  {
    using table = file.createGroup('table');
    writeNetcdf(table, {kind: 'Dataset', variables: variablesOf(source.columns, rows), coords: coordinatesOf(rows), attrs: {}});
  }
  const numbers = new DimensionNumbers(file);
  let done = 0;
  for (const run of source.runs) {
    copyRun(file, source.dir, run, {names, numbers});
    yield ++done;
  }
}

/** A table's pictures are in the runs' groups; here they would only cost memory. */
function* withoutPictures(source: ExportSource): Generator<ExportRow> {
  const dropped = new Set(source.columns.filter(({columnType}) => columnType === 'picture').map(({name}) => name));
  for (const row of source.rows())
    yield {...row, cells: new Map([...row.cells].map(([name, cell]) => [name, dropped.has(name) ? {...cell, summary: null} : cell]))};
}

function copyRun(target: H5File, dir: string, run: RunId, {names, numbers}: {names: ReadonlySet<string>; numbers: DimensionNumbers}): void {
  const path = join(pathsOf(dir).extractedData, runFileName(run));
  if (!existsSync(path)) return;
  using from = openFile(path, 'r', {lockTimeoutMs});
  using group = target.createGroup(`p${run.proposal}_r${run.run}`);
  for (const area of Object.values(areas)) group.createGroup(area)[Symbol.dispose]();
  for (const name of variablesIn(from)) if (names.has(name)) copyVariable(from, group, name, numbers);
}

const column = (dtype: NDArray['dtype'], data: NDArray['data'], length: number): NDArray => ({dtype, shape: [length], data});

function coordinatesOf(rows: readonly ExportRow[]): Record<string, Coordinate> {
  const times = Float64Array.from(rows, ({startTime}) => startTime ?? Number.NaN);
  const integers = (pick: (row: ExportRow) => number): NDArray =>
    column(
      'int64',
      BigInt64Array.from(rows, (row) => BigInt(pick(row))),
      rows.length,
    );
  return {
    proposal: {dims: ['row'], attrs: {}, ...integers(({proposal}) => proposal)},
    run: {dims: ['row'], attrs: {}, ...integers(({run}) => run)},
    start_time: {
      dims: ['row'],
      attrs: {units: 'seconds since 1970-01-01', calendar: 'proleptic_gregorian'},
      ...column('float64', times, rows.length),
    },
  };
}

function variablesOf(
  columns: readonly ExportColumn[],
  rows: readonly ExportRow[],
): Record<string, {dims: string[]; attrs: Record<string, unknown>; array: NDArray}> {
  const entries = columns.flatMap((of) => {
    const attrs = {long_name: of.title, ...(of.units && {units: of.units}), ...(of.description && {description: of.description})};
    const states = Uint8Array.from(rows, ({cells}) => stateOf(cells.get(of.name)?.state));
    const values = valuesOf(of, rows);
    return [
      ...(values ? [[of.name, {dims: ['row'], attrs: {...attrs, ...values.attrs}, array: values.array}] as const] : []),
      [
        `${of.name}#state`,
        {dims: ['row'], attrs: {flag_meanings: [...storedStates, 'missing'].join(' ')}, array: column('uint8', states, rows.length)},
      ] as const,
    ];
  });
  return Object.fromEntries(entries);
}

const stateOf = (state: string | undefined): number => {
  const index = storedStates.findIndex((one) => one === state);
  return index === -1 ? missingState : index;
};

function valuesOf(
  {name, columnType}: ExportColumn,
  rows: readonly ExportRow[],
): {array: NDArray; attrs: Record<string, unknown>} | undefined {
  const summaries = rows.map(({cells}) => cells.get(name)?.summary ?? null);
  const {length} = rows;
  if (columnType === 'picture') return undefined;
  if (columnType === 'real') return {array: column('float64', Float64Array.from(summaries, numberOf), length), attrs: {}};
  if (columnType === 'integer') {
    const data = BigInt64Array.from(summaries, (summary) => (typeof summary === 'bigint' ? summary : smallestInteger));
    return {array: column('int64', data, length), attrs: {missing: 'where NAME#state is not 0 this is -2^63'}};
  }
  if (columnType === 'boolean')
    return {
      array: column(
        'bool',
        Uint8Array.from(summaries, (summary) => Number(summary === true)),
        length,
      ),
      attrs: {},
    };
  if (columnType === 'complex') return {array: column('complex128', complexData(summaries), length), attrs: {}};
  return {array: column('string', summaries.map(textOf), length), attrs: {}};
}

const numberOf = (summary: StoredSummary): number => (summary === null ? Number.NaN : Number(summary));
const textOf = (summary: StoredSummary): string => (isArray(summary) ? arrayJson(summary) : summaryText(summary));
const complexData = (summaries: readonly StoredSummary[]): Float64Array =>
  Float64Array.from(summaries.flatMap((summary) => (isComplex(summary) ? [summary.re, summary.im] : [Number.NaN, Number.NaN])));
