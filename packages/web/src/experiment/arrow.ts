/** Reads the table's Arrow stream. Kept apart because it is the only part of the first screen that needs the Arrow library; it is loaded beside the data. */
import {tableFromIPC, type Table, type Vector} from 'apache-arrow';
import type {Variable} from '@firstlight/core';
import type {LoadedColumn} from './column.ts';
import type {LoadedTable} from './table-store.ts';

/** Turns the answer of `/api/experiments/ID/table` into columns. Texts stay encoded until a cell is looked at. */
export function decodeTable(stream: Uint8Array): LoadedTable {
  const table = tableFromIPC(stream);
  return {
    change: Number(table.schema.metadata.get('change')),
    total: Number(table.schema.metadata.get('total')),
    proposals: table.getChild('proposal')?.toArray() as Int32Array,
    runs: table.getChild('run')?.toArray() as Int32Array,
    startTimes: withNaN(table.getChild('start_time')),
    columns: table.schema.fields
      .filter(({name, metadata}) => metadata.has('title') || table.schema.fields.some((field) => field.name === `${name}#state`))
      .map(({name, metadata}) => ({
        variable: variableOf(name, metadata),
        loaded: columnOf(table, name, metadata.get('type') === 'boolean'),
      })),
    activity: JSON.parse(table.schema.metadata.get('activity') ?? '[]') as LoadedTable['activity'],
  };
}

const variableOf = (name: string, metadata: Map<string, string>): Variable => ({
  name,
  title: metadata.get('title') ?? name,
  units: metadata.get('units') || null,
  description: metadata.get('description') || null,
  tags: JSON.parse(metadata.get('tags') || '[]') as string[],
});

function columnOf(table: Table, name: string, boolean: boolean): LoadedColumn {
  const values = table.getChild(name);
  const isText = values !== null && String(values.type) === 'Utf8';
  return {
    states: table.getChild(`${name}#state`)?.toArray() as Uint8Array,
    activities: table.getChild(`${name}#activity`)?.toArray() as Uint8Array | undefined,
    message: textReader(table.getChild(`${name}#message`)),
    details: textReader(table.getChild(`${name}#details`)),
    ...(isText ? {text: textReader(values)} : {numbers: {...numbersOf(values), boolean}}),
  };
}

function textReader(vector: Vector | null): ((row: number) => string | null) | undefined {
  return vector === null ? undefined : (row) => vector.get(row) as string | null;
}

function numbersOf(vector: Vector | null): {values: Float64Array; present: Uint8Array} {
  const length = vector?.length ?? 0;
  const values = new Float64Array(length);
  const present = new Uint8Array(length).fill(1);
  let offset = 0;
  for (const data of vector?.data ?? []) {
    values.set((data.values as Float64Array).subarray(0, data.length), offset);
    if (data.nullCount > 0) for (let i = 0; i < data.length; i += 1) present[offset + i] = Number(data.getValid(i));
    offset += data.length;
  }
  return {values, present};
}

function withNaN(vector: Vector | null): Float64Array {
  const {values, present} = numbersOf(vector);
  return values.map((value, i) => (present[i] ? value : Number.NaN));
}
