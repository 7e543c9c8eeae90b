import type {Summary} from '@firstlight/core';
import {held} from '@firstlight/engine';
import type {TableColumn} from '@firstlight/engine';
import {breathe} from './breathe.ts';
import type {TableView} from './view.ts';

/**
 * The table as JSON text by columns, in pieces, for programs that make a data frame of it: `{change, runs: [[proposal, run, startTime]], values: {NAME: […]}}`.
 *
 * A place holds a number, a boolean, a text or null (nothing, or NaN). What JSON cannot say so is an object: `{"number": "Infinity"}`, `{"int": "…"}` beyond 2^53,
 * `{"re", "im"}`. Pictures and arrays are the marks that DAMNIT's tables have: `<thumbnail>`, `<sparkline>`, `<ndarray>`.
 */
export async function* tableColumns({change, columns, rows, positions}: TableView): AsyncGenerator<string> {
  const runs = rows.map(({proposal, run, startTime}) => [proposal, run, startTime]);
  yield `{"change":${change},"runs":${JSON.stringify(runs)},"values":{`;
  let separator = '';
  for (const {variable, cells} of columns) {
    const values = Array.from(positions, (position) => (cells ? plainAt(cells, position) : null));
    yield `${separator}${JSON.stringify(variable.name)}:${JSON.stringify(values)}`;
    separator = ',';
    await breathe();
  }
  yield '}}';
}

function plainAt(cells: TableColumn, position: number): unknown {
  if (position < 0) return null;
  return cells.heldAt(position) === held.number ? plainNumber(cells.numberAt(position)) : plain(cells.summaryAt(position));
}

const plainNumber = (value: number): unknown => (Number.isFinite(value) || Number.isNaN(value) ? value : {number: String(value)});

function plain(summary: Summary): unknown {
  if (typeof summary === 'number') return plainNumber(summary);
  if (typeof summary === 'bigint') return {int: String(summary)};
  if (typeof summary !== 'object' || summary === null) return summary;
  if ('re' in summary) return {re: complexPart(summary.re), im: complexPart(summary.im)};
  if ('image' in summary) return '<thumbnail>';
  return 'trendline' in summary ? '<sparkline>' : '<ndarray>';
}

const complexPart = (value: number): number | string => (Number.isFinite(value) ? value : String(value));
