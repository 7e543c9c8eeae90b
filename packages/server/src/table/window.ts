import {FirstlightError} from '@firstlight/core';
import type {Column, Row, ServedExperiment} from '../experiments/served.ts';

/** The part of the table that is asked for. */
export interface TableWindow {
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  /** Position of the first row in the whole table. */
  readonly offset: number;
  /** Number of rows of the whole table. */
  readonly total: number;
}

/**
 * Cuts the window out of an experiment's table.
 *
 * @param query `rows` is `FIRST-LAST` (positions from 0, both included), `OFFSET,COUNT` or `-COUNT` (the last ones); `columns` is names joined by commas; both default to all.
 * @throws FirstlightError `bad-rows`, `no-such-variable`.
 */
export function windowOf({table}: ServedExperiment, query: {rows?: string; columns?: string}): TableWindow {
  const all = table.runs();
  const {offset, count} = query.rows === undefined ? {offset: 0, count: all.length} : parseRows(query.rows, all.length);
  return {rows: all.slice(offset, offset + count), columns: chooseColumns(table.variables(), query.columns), offset, total: all.length};
}

function parseRows(text: string, total: number): {offset: number; count: number} {
  const last = /^-(\d{1,9})$/.exec(text);
  if (last) return {offset: Math.max(0, total - Number(last[1])), count: Number(last[1])};
  const match = /^(\d{1,9})([-,])(\d{1,9})$/.exec(text);
  const [first, second] = [Number(match?.[1]), Number(match?.[3])];
  if (match?.[2] === ',') return {offset: first, count: second};
  if (match?.[2] === '-' && second >= first) return {offset: first, count: second - first + 1};
  throw new FirstlightError(
    'bad-rows',
    `"rows=${text}" is not understood; write rows=0-99 (first to last position), rows=0,100 (offset, count) or rows=-100 (the last hundred).`,
  );
}

function chooseColumns(variables: readonly Column[], text: string | undefined): readonly Column[] {
  if (text === undefined) return variables;
  const byName = new Map(variables.map((variable) => [variable.name, variable]));
  return [...new Set(text.split(',').filter((name) => name !== ''))].map((name) => {
    const column = byName.get(name);
    if (column) return column;
    throw new FirstlightError('no-such-variable', `"columns=" names "${name}", which this experiment's table does not have.`, {
      facts: {name},
    });
  });
}
