import type {Coordinate, DataArray, Dataset, NDArray} from '@firstlight/core';
import {storedStates} from '../reader/table-model.ts';
import {type ExportCell, type ExportColumn, isArray, isComplex, type StoredSummary} from './model.ts';
import type {ExportSource} from './source.ts';
import {arrayJson, summaryText} from './text.ts';

const smallestInteger = -(2n ** 63n); // stands for nothing among integers, which have no NaN
const missingState = storedStates.length;

/** A column on its way into an array. */
interface Filling {
  readonly array: NDArray;
  readonly set: (row: number, summary: StoredSummary) => void;
  readonly attrs?: DataArray['attrs'];
}

/** The table as one labelled Dataset: `NAME` with its values and `NAME#state` with why there is none, over the dimension `row`. */
export function tableDataset(source: ExportSource): Dataset {
  const {length} = source.runs;
  const columns = source.columns.map((column) => ({
    column,
    values: fillingOf(column, length),
    states: new Uint8Array(length).fill(missingState),
  }));
  const [proposals, runs, times] = [new BigInt64Array(length), new BigInt64Array(length), new Float64Array(length)];
  let row = 0;
  for (const {proposal, run, startTime, cells} of source.rows()) {
    [proposals[row], runs[row], times[row]] = [BigInt(proposal), BigInt(run), startTime ?? Number.NaN];
    for (const {column, values, states} of columns) setCell(row, cells.get(column.name), {values, states});
    row += 1;
  }
  const variables = columns.flatMap(({column, values, states}) =>
    entriesOf(column, values, {dtype: 'uint8', shape: [length], data: states}),
  );
  const coordinate = (dtype: NDArray['dtype'], data: NDArray['data'], attrs = {}): Coordinate => ({
    dims: ['row'],
    attrs,
    dtype,
    shape: [length],
    data,
  });
  const time = {units: 'seconds since 1970-01-01', calendar: 'proleptic_gregorian'};
  const coords = {proposal: coordinate('int64', proposals), run: coordinate('int64', runs), start_time: coordinate('float64', times, time)};
  return {kind: 'Dataset', variables: Object.fromEntries(variables), coords, attrs: {}};
}

function setCell(row: number, cell: ExportCell | undefined, {values, states}: {values: Filling | undefined; states: Uint8Array}): void {
  if (cell === undefined) return values?.set(row, null);
  states[row] = storedStates.findIndex((state) => state === cell.state);
  values?.set(row, cell.summary);
}

type Entry = [string, Dataset['variables'][string]];

function entriesOf({label, title, units, description}: ExportColumn, values: Filling | undefined, states: NDArray): Entry[] {
  const attrs = {long_name: title, ...(units && {units}), ...(description && {description}), ...values?.attrs};
  const meanings = {flag_values: [0, 1, 2, 3, 4], flag_meanings: [...storedStates, 'missing'].join(' ')};
  const state: Entry = [`${label}#state`, {dims: ['row'], attrs: meanings, array: states}];
  return values ? [[label, {dims: ['row'], attrs, array: values.array}], state] : [state];
}

/** Undefined for pictures, which are in the groups of the runs. */
function fillingOf({columnType}: ExportColumn, length: number): Filling | undefined {
  if (columnType === 'picture') return undefined;
  if (columnType === 'real') {
    const data = new Float64Array(length);
    return {
      array: {dtype: 'float64', shape: [length], data},
      set: (row, summary) => (data[row] = summary === null ? Number.NaN : Number(summary)),
    };
  }
  if (columnType === 'integer') return integers(length);
  if (columnType === 'boolean') {
    const data = new Uint8Array(length);
    return {array: {dtype: 'bool', shape: [length], data}, set: (row, summary) => (data[row] = Number(summary === true))};
  }
  if (columnType === 'complex') return complexNumbers(length);
  const data = Array.from({length}, () => '');
  return {
    array: {dtype: 'string', shape: [length], data},
    set: (row, summary) => (data[row] = isArray(summary) ? arrayJson(summary) : summaryText(summary)),
  };
}

function integers(length: number): Filling {
  const data = new BigInt64Array(length);
  const set = (row: number, summary: StoredSummary): void => void (data[row] = typeof summary === 'bigint' ? summary : smallestInteger);
  return {array: {dtype: 'int64', shape: [length], data}, set, attrs: {missing: 'where NAME#state is not 0 this is -2^63'}};
}

function complexNumbers(length: number): Filling {
  const data = new Float64Array(2 * length);
  const set = (row: number, summary: StoredSummary): void =>
    data.set(isComplex(summary) ? [summary.re, summary.im] : [Number.NaN, Number.NaN], 2 * row);
  return {array: {dtype: 'complex128', shape: [length], data}, set};
}
