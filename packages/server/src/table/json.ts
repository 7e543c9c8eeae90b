import {activityCodes, stateCodes} from '@firstlight/engine';
import {breathe, cellsAtOnce} from './breathe.ts';
import {summaryText} from './cells.ts';
import type {TableView, ViewColumn} from './view.ts';

/**
 * The table as JSON text for scripts, in pieces: `{change, columns: [{name, title, unit}], rows: [{proposal, run, values: {NAME: {state, summary, activity,
 * message}}}]}`; every row has every asked column.
 */
export async function* tableJson(view: TableView): AsyncGenerator<string> {
  const {change, columns, rows} = view;
  const heads = columns.map(({variable: {name, title, units}}) => ({name, title, unit: units}));
  yield `{"change":${change},"columns":${JSON.stringify(heads)},"rows":[`;
  const names = columns.map(({variable}) => JSON.stringify(variable.name));
  const rowsAtOnce = Math.max(1, Math.ceil(cellsAtOnce / Math.max(1, columns.length)));
  for (let first = 0; first < rows.length; first += rowsAtOnce) {
    const texts = rows.slice(first, first + rowsAtOnce).map((_, i) => rowText(view, names, first + i));
    yield (first === 0 ? '' : ',') + texts.join(',');
    await breathe();
  }
  yield ']}';
}

function rowText(view: TableView, names: readonly string[], row: number): string {
  const {proposal, run} = view.rows[row] as TableView['rows'][number];
  const cells = view.columns.map((column, i) => `${names[i]}:${cellText(view, column, row)}`);
  return `{"proposal":${proposal},"run":${run},"values":{${cells.join(',')}}}`;
}

const missing = '{"state":"missing","summary":null,"activity":"idle","message":null}';

function cellText({rows, positions, experiment}: TableView, {cells}: ViewColumn, row: number): string {
  const position = positions[row] as number;
  if (!cells?.isFilled(position)) return missing;
  const state = stateCodes[cells.stateAt(position)];
  const activity = activityCodes[cells.activityAt(position)];
  const summary = summaryText(cells, position, {run: rows[row] as TableView['rows'][number], experiment});
  return `{"state":"${state}","summary":${summary},"activity":"${activity}","message":${JSON.stringify(cells.messageAt(position))}}`;
}
