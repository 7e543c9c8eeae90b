import {formatNumber, type NDArray} from '@firstlight/core';
import type {ReadValue} from '@firstlight/store';
import {textTable} from './text-table.ts';

const mostElements = 8;
const mostRows = 10;

/** A value's data in a few lines for people. */
export function dataText(value: ReadValue): string {
  if (value.kind === 'text') return value.text;
  if (value.kind === 'plotly') return 'a Plotly figure (--json prints it)';
  if (value.kind === 'Dataset') return rowsText(value) ?? `Dataset of ${Object.keys(value.variables).join(', ')}`;
  const {dtype, shape, data} = value.array;
  if (value.kind === 'array' && shape.length === 0 && !dtype.startsWith('complex')) return elementText(value.array, 0);
  const first = Array.from({length: Math.min(mostElements, data.length)}, (_, i) => elementText(value.array, i));
  const dims = value.kind === 'DataArray' ? ` [${value.dims.join(', ')}]` : '';
  return `${value.kind} ${dtype} (${shape.join(', ')})${dims}: ${first.join(' ')}${data.length > first.length ? ' …' : ''}`;
}

/** The first rows of a Dataset whose arrays all run along the same dimension, as those of a pandas table do; undefined for any other. */
function rowsText({variables, coords}: Extract<ReadValue, {kind: 'Dataset'}>): string | undefined {
  const columns = [
    ...Object.entries(coords),
    ...Object.entries(variables).map(([name, {array, dims}]) => [name, {...array, dims}] as const),
  ];
  const [dimension] = columns[0]?.[1].dims ?? [];
  if (dimension === undefined || columns.some(([, {dims}]) => dims.length !== 1 || dims[0] !== dimension)) return undefined;
  const length = columns[0]?.[1].shape[0] ?? 0;
  const rows = Array.from({length: Math.min(mostRows, length)}, (_, row) => columns.map(([, array]) => elementText(array, row)));
  const more = length > mostRows ? `\n… ${length} rows` : '';
  return `${textTable(
    columns.map(([name]) => name),
    rows,
  )}${more}`;
}

/** Numbers as in the table, integers to the last digit, truths by name. */
function elementText({data, dtype}: NDArray, i: number): string {
  const element = data[i];
  if (dtype === 'bool') return String(element !== 0);
  return typeof element === 'string' || dtype.includes('int') ? String(element) : formatNumber(Number(element));
}
