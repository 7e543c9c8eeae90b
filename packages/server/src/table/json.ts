import type {Cell} from '@firstlight/core';
import {cellToJson} from '../experiments/cell.ts';
import type {CellJson} from '../experiments/cell.ts';
import {breathe, rowsAtOnce} from './breathe.ts';
import type {Snapshot} from './snapshot.ts';

const missing: CellJson = {state: 'missing', summary: null, activity: 'idle', message: null};

/**
 * The table as JSON text for scripts, in pieces: `{change, columns: [{name, title, unit}], rows: [{proposal, run, values: {NAME: {state, summary, activity,
 * message}}}]}`; every row has every asked column.
 */
export async function* tableJson({experiment, change, columns, rows}: Snapshot): AsyncGenerator<string> {
  const heads = columns.map(({name, title, units}) => ({name, title, unit: units ?? null}));
  yield `{"change":${change},"columns":${JSON.stringify(heads)},"rows":[`;
  for (let first = 0; first < rows.length; first += rowsAtOnce) {
    const some = rows.slice(first, first + rowsAtOnce).map(({row, cells}) => ({
      proposal: row.proposal,
      run: row.run,
      startTime: row.startTime,
      values: Object.fromEntries(columns.map(({name}, i) => [name, jsonOf(cells[i], experiment)])),
    }));
    yield (first === 0 ? '' : ',') + JSON.stringify(some).slice(1, -1);
    await breathe();
  }
  yield ']}';
}

const jsonOf = (cell: Cell | undefined, experiment: string) => (cell ? cellToJson(cell, experiment) : missing);
