import type {Summary} from '@firstlight/core';
import {FirstlightError} from '@firstlight/core';
import type {Run} from '../facts.ts';
import type {Column} from './column.ts';

interface TableParts {
  readonly change: number;
  readonly proposals: Int32Array;
  readonly runs: Int32Array;
  readonly startTimes: Float64Array;
  readonly columns: readonly Column[];
}

/**
 * The table, or a part of it, as it was at one change: typed columns over runs.
 *
 * @example
 * const table = await experiment.table({variables: ['xgm.energy'], runs: '1-100'});
 * const mean = table.column('xgm.energy').numbers.reduce((a, b) => a + b) / table.length;
 * console.table([...table.rows()]);
 */
export class Table {
  /** The number of the change it shows; `changes({since: table.change})` goes on from here. */
  readonly change: number;
  /** Proposals and run numbers by row, in their order. */
  readonly proposals: Int32Array;
  readonly runs: Int32Array;
  /** Seconds since 1970 (UTC) by row; NaN where unknown. */
  readonly startTimes: Float64Array;
  readonly columns: readonly Column[];

  /** Users get tables from an experiment. */
  constructor({change, proposals, runs, startTimes, columns}: TableParts) {
    this.change = change;
    this.proposals = proposals;
    this.runs = runs;
    this.startTimes = startTimes;
    this.columns = columns;
  }

  /** The number of rows. */
  get length(): number {
    return this.runs.length;
  }

  /** One column. @throws FirstlightError `no-such-variable`. */
  column(name: string): Column {
    const found = this.columns.find((column) => column.name === name);
    if (found) return found;
    const known = this.columns.map((column) => column.name).join(', ');
    throw new FirstlightError('no-such-variable', `This table has no variable "${name}"; it has ${known || 'none'}.`, {facts: {name}});
  }

  /** The row of a run, or undefined. */
  row(run: number, proposal?: number): number | undefined {
    const row = this.runs.findIndex((number, i) => number === run && (proposal === undefined || this.proposals[i] === proposal));
    return row < 0 ? undefined : row;
  }

  /** The rows one by one: what the table shows of each variable, beside the run. */
  *rows(): Generator<Run & Readonly<Record<string, Summary>>> {
    for (let row = 0; row < this.length; row++) {
      const start = this.startTimes[row] ?? Number.NaN;
      const place = {proposal: this.proposals[row], run: this.runs[row], startTime: Number.isNaN(start) ? null : start};
      yield {...place, ...Object.fromEntries(this.columns.map((column) => [column.name, column.at(row)]))} as never;
    }
  }
}
