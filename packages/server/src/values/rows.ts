import {FirstlightError} from '@firstlight/core';
import type {NDArray} from '@firstlight/core';
import type {ReadValue} from '../experiments/served.ts';
import {elementToJson} from './json.ts';
import type {Place} from './place.ts';

const mostColumns = 200;

/** The first rows of a pandas table, for people to look at. */
export interface TableRows {
  /** How many there are in all. */
  readonly total: number;
  /** The levels of the index, then the columns; at most 200. */
  readonly columns: readonly {readonly name: string; readonly index: boolean; readonly units: string | null}[];
  readonly rows: readonly (readonly unknown[])[];
}

type Column = TableRows['columns'][number] & {readonly array: NDArray};

/** Reads the first rows of a pandas table. @throws FirstlightError `no-table`. */
export async function firstRows({experiment, run, name, version}: Place, most: number): Promise<TableRows> {
  const {reader, folder} = experiment;
  const {table} = await reader.describeValue(folder.dir, run, name, {version});
  if (!table)
    throw new FirstlightError('no-table', `"${name}" of run ${run.run} is no table of rows and columns.`, {facts: {name, ...run}});
  const columns = columnsOf(await reader.readData(folder.dir, run, name, {version})).slice(0, mostColumns);
  const total = columns[0]?.array.shape[0] ?? 0;
  const rows = Array.from({length: Math.min(most, total)}, (_, row) => columns.map(({array, units}) => elementOf(array.data[row], units)));
  return {total, columns: columns.map(({array: _array, ...column}) => column), rows};
}

function columnsOf(value: ReadValue): Column[] {
  if (value.kind !== 'Dataset' && value.kind !== 'DataArray') return [];
  const levels = Object.entries(value.coords).map(([name, level]) => ({name, index: true, units: unitsIn(level.attrs), array: level}));
  const columns =
    value.kind === 'Dataset'
      ? Object.entries(value.variables).map(([name, {attrs, array}]) => ({name, index: false, units: unitsIn(attrs), array}))
      : [{name: value.name ?? '', index: false, units: unitsIn(value.attrs), array: value.array}];
  return [...levels, ...columns];
}

const epoch = 'nanoseconds since 1970-01-01';

/** An element as people read it: times as `2026-01-31 18:05:09.5`, UTC as pandas has them. */
function elementOf(element: unknown, units: string | null): unknown {
  if (units !== epoch || typeof element !== 'bigint') return elementToJson(element);
  if (element === -(2n ** 63n)) return ''; // not a time
  const below = ((element % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const time = new Date(Number((element - below) / 1_000_000n));
  const fraction = below === 0n ? '' : `.${String(below).padStart(9, '0').replace(/0+$/, '')}`;
  return `${time.toISOString().slice(0, 19).replace('T', ' ')}${fraction}`;
}

function unitsIn(attrs: Readonly<Record<string, unknown>> | undefined): string | null {
  const units = attrs?.['units'];
  return typeof units === 'string' ? units : null;
}
