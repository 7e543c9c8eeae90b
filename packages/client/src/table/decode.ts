import {tableFromIPC} from 'apache-arrow';
import type {Table as ArrowTable, Vector} from 'apache-arrow';
import type {Variable} from '@firstlight/core';
import {Column} from './column.ts';
import type {ColumnParts} from './column.ts';
import {positionsOf} from './select.ts';
import type {TableSelection} from './select.ts';
import {Table} from './table.ts';

/** Turns the answer of `/api/experiments/ID/table` into a table of the wanted runs. */
export function decodeTable(stream: Uint8Array, selection: TableSelection): Table {
  const table = tableFromIPC(stream);
  const proposals = intColumn(table, 'proposal');
  const runs = intColumn(table, 'run');
  const positions = positionsOf(selection, proposals, runs);
  const starts = table.getChild('start_time');
  const fields = table.schema.fields.filter(({metadata}) => metadata.has('title'));
  return new Table({
    change: Number(table.schema.metadata.get('change')),
    proposals: positions.map((position) => proposals[position] as number),
    runs: positions.map((position) => runs[position] as number),
    startTimes: Float64Array.from(positions, (position) => (starts?.get(position) as number | null) ?? Number.NaN),
    columns: fields.map(({name, metadata}) => new Column(variableOf(name, metadata), partsOf(table, name, metadata), positions)),
  });
}

const intColumn = (table: ArrowTable, name: string): Int32Array => (table.getChild(name)?.toArray() ?? new Int32Array()) as Int32Array;

const variableOf = (name: string, metadata: ReadonlyMap<string, string>): Variable => ({
  name,
  title: metadata.get('title') ?? name,
  units: metadata.get('units') ?? null,
  description: metadata.get('description') ?? null,
  tags: JSON.parse(metadata.get('tags') ?? '[]') as string[],
});

function partsOf(table: ArrowTable, name: string, metadata: ReadonlyMap<string, string>): ColumnParts {
  const vector = table.getChild(name);
  const isNumbers = metadata.get('type') !== 'json';
  return {
    states: (table.getChild(`${name}#state`)?.toArray() ?? new Uint8Array()) as Uint8Array,
    numbers: isNumbers ? numbersOf(vector) : undefined,
    boolean: metadata.get('type') === 'boolean',
    text: isNumbers ? undefined : textsOf(vector),
    hasNumber: (position) => vector?.isValid(position) ?? false,
    message: textsOf(table.getChild(`${name}#message`)),
    details: textsOf(table.getChild(`${name}#details`)),
  };
}

/** Numbers with NaN where there is none. */
function numbersOf(vector: Vector | null): Float64Array {
  const numbers = new Float64Array((vector?.toArray() ?? []) as Float64Array);
  if (vector && vector.nullCount > 0) for (let i = 0; i < numbers.length; i++) if (!vector.isValid(i)) numbers[i] = Number.NaN;
  return numbers;
}

const textsOf = (vector: Vector | null): ((position: number) => string | null) | undefined =>
  vector === null ? undefined : (position) => vector.get(position) as string | null;
