import type {RunId, Summary} from '@firstlight/core';
import type {DataKind} from '@firstlight/store';
import {z} from 'zod';
import type {Experiment} from '../experiment.ts';
import {command} from './command.ts';

/** What programs get when they read a value, by the names that the clients give it. */
export type ValueType = 'number' | 'bigint' | 'boolean' | 'string' | 'Complex' | 'NDArray' | 'DataArray' | 'Dataset' | 'Picture' | 'Figure';

/** What one variable gives. */
export interface TypesLine {
  readonly name: string;
  readonly title: string;
  readonly units: string | null;
  readonly description: string | null;
  /** Empty: nobody knows yet. */
  readonly types: readonly ValueType[];
  /** Whether it gave nothing for some run. */
  readonly optional: boolean;
}

/** The newest runs tell what variables give now; older ones are not looked at. */
const mostRuns = 200;

/** What each variable gives, by what is stored: one line each. */
export const types = command({
  name: 'types',
  request: z.strictObject({}),
  compute: false,
  cells: true,
  writes: () => false,
  run: async function* (experiment, _, signal): AsyncGenerator<TypesLine, void, undefined> {
    const runs = experiment.table.runs();
    const found = new Map<string, Set<ValueType>>();
    for (const run of runs.slice(-mostRuns)) {
      if (signal.aborted) return;
      for (const kind of await experiment.reader.dataKinds(experiment.folder.dir, run)) note(found, kind.name, typeOf(kind));
    }
    for (const {name, title, units, description} of experiment.table.variables()) {
      const {optional, summaries} = summariesOf(experiment, runs, name);
      const stored = found.get(name) ?? summaries;
      // A whole number that a JavaScript number cannot hold comes as a bigint.
      const all = stored.has('number') && summaries.has('bigint') ? new Set([...stored, 'bigint' as const]) : stored;
      yield {name, title, units, description, types: [...all], optional};
    }
  },
});

function note(found: Map<string, Set<ValueType>>, name: string, type: ValueType): void {
  const known = found.get(name) ?? new Set();
  found.set(name, known.add(type));
}

function typeOf({kind, dtype, single}: DataKind): ValueType {
  if (kind === 'array') return single ? typeOfSingle(dtype) : 'NDArray';
  return ({text: 'string', image: 'Picture', plotly: 'Figure', DataArray: 'DataArray', Dataset: 'Dataset'} as const)[kind];
}

function typeOfSingle(dtype: DataKind['dtype']): ValueType {
  if (dtype === 'bool') return 'boolean';
  return dtype?.startsWith('complex') ? 'Complex' : 'number';
}

/** What the table knows: enough for values without data, such as those a person typed. */
function summariesOf({table}: Experiment, runs: readonly RunId[], name: string): {optional: boolean; summaries: Set<ValueType>} {
  const column = table.column(name);
  const summaries = new Set<ValueType>();
  let optional = false;
  for (const row of table.positionsOf(runs)) {
    if (column?.stateAt(row) !== 0) optional = true;
    else for (const type of typeOfSummary(column.summaryAt(row))) summaries.add(type);
  }
  return {optional, summaries};
}

function typeOfSummary(summary: Summary): ValueType[] {
  if (typeof summary === 'object') return summary !== null && 're' in summary ? ['Complex'] : [];
  return [typeof summary as 'number' | 'bigint' | 'boolean' | 'string'];
}
