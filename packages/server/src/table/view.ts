import type {TableColumn} from '@firstlight/engine';
import type {Column, Row, ServedExperiment} from '../experiments/served.ts';
import {windowOf} from './window.ts';

/** One column of the asked part: the variable, and its cells if there are any. */
export interface ViewColumn {
  readonly variable: Column;
  readonly cells: TableColumn | undefined;
}

/** The asked part of a table. Cells are read when they are encoded, straight from the columns: they may be newer than `change`, and the next change tells them again. */
export interface TableView {
  readonly experiment: string;
  readonly change: number;
  readonly offset: number;
  readonly total: number;
  readonly columns: readonly ViewColumn[];
  readonly rows: readonly Row[];
  /** Where the rows are in the columns. */
  readonly positions: Int32Array;
}

/**
 * Looks at the asked window of a table, once what is stored of it is in memory.
 *
 * @throws FirstlightError as `windowOf`.
 */
export async function viewOf(id: string, experiment: ServedExperiment, query: {rows?: string; columns?: string}): Promise<TableView> {
  await experiment.loaded(windowOf(experiment, query).rows);
  const {table, changes} = experiment;
  const {rows, columns, offset, total} = windowOf(experiment, query);
  return {
    experiment: id,
    change: changes.current,
    offset,
    total,
    columns: columns.map((variable) => ({variable, cells: table.column(variable.name)})),
    rows,
    positions: table.positionsOf(rows),
  };
}
