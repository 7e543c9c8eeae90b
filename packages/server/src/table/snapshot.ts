import type {Cell} from '@firstlight/core';
import type {Column, Row, ServedExperiment} from '../experiments/served.ts';
import {breathe, rowsAtOnce} from './breathe.ts';
import {windowOf} from './window.ts';

/** A row with what its run has, in no order. */
interface SnapshotRow {
  readonly row: Row;
  readonly cells: readonly Cell[];
}

/** A part of the table as it was at one change; cells are shared, never copied. */
export interface Snapshot {
  readonly experiment: string;
  readonly change: number;
  readonly offset: number;
  readonly total: number;
  readonly columns: readonly Column[];
  readonly rows: readonly SnapshotRow[];
}

/** A row with one place for each column of the snapshot. */
export interface Line {
  readonly row: Row;
  readonly cells: readonly (Cell | undefined)[];
}

/**
 * Takes a snapshot of the asked window in one go, so that the change number fits every cell; sorting and encoding may then take their time.
 *
 * @throws FirstlightError as `windowOf`.
 */
export function takeSnapshot(id: string, experiment: ServedExperiment, query: {rows?: string; columns?: string}): Snapshot {
  const {rows, columns, offset, total} = windowOf(experiment, query);
  return {
    experiment: id,
    change: experiment.changes.current,
    offset,
    total,
    columns,
    rows: rows.map((row) => ({row, cells: experiment.table.cells(row)})),
  };
}

/** Puts the cells into the order of the columns, some rows at a time; at least one (perhaps empty) piece. */
export async function* linesOf({columns, rows}: Snapshot): AsyncGenerator<Line[]> {
  const places = new Map(columns.map(({name}, index) => [name, index]));
  for (let first = 0; first === 0 || first < rows.length; first += rowsAtOnce) {
    yield rows.slice(first, first + rowsAtOnce).map(({row, cells}) => ({row, cells: placed(cells, places)}));
    await breathe();
  }
}

function placed(cells: readonly Cell[], places: ReadonlyMap<string, number>): (Cell | undefined)[] {
  const line: (Cell | undefined)[] = Array.from({length: places.size});
  for (const cell of cells) {
    const place = places.get(cell.name);
    if (place !== undefined) line[place] = cell;
  }
  return line;
}
