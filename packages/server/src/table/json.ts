import type {Cell} from '@firstlight/core';
import {cellToJson} from '../experiments/cell.ts';
import type {CellJson} from '../experiments/cell.ts';
import {linesOf} from './snapshot.ts';
import type {Snapshot} from './snapshot.ts';

const missing: CellJson = {state: 'missing', summary: null, activity: 'idle', message: null};

/**
 * The table as JSON text for scripts, in pieces: `{change, columns: [{name, title, unit}], rows: [{proposal, run, values: {NAME: {state, summary, activity,
 * message}}}]}`; every row has every asked column.
 */
export async function* tableJson(snapshot: Snapshot): AsyncGenerator<string> {
  const {experiment, change, columns} = snapshot;
  const heads = columns.map(({name, title, units}) => ({name, title, unit: units}));
  yield `{"change":${change},"columns":${JSON.stringify(heads)},"rows":[`;
  let separator = '';
  for await (const lines of linesOf(snapshot)) {
    const rows = lines.map(({row, cells}) => ({
      proposal: row.proposal,
      run: row.run,
      values: Object.fromEntries(columns.map(({name}, i) => [name, jsonOf(cells[i], experiment)])),
    }));
    if (rows.length > 0) yield separator + JSON.stringify(rows).slice(1, -1);
    separator = ',';
  }
  yield ']}';
}

const jsonOf = (cell: Cell | undefined, experiment: string) => (cell ? cellToJson(cell, experiment) : missing);
