import type {Cell} from '@firstlight/core';
import type {Column, Row, ServedExperiment} from '../experiments/served.ts';
import {windowOf} from './window.ts';

/** A part of the table as it was at one change; cells are shared, never copied. */
export interface Snapshot {
  readonly experiment: string;
  readonly change: number;
  readonly offset: number;
  readonly total: number;
  readonly columns: readonly Column[];
  readonly rows: readonly {readonly row: Row; readonly cells: readonly (Cell | undefined)[]}[];
}

/**
 * Takes a snapshot of the asked window in one go, so that the change number fits every cell; encoding may then take its time.
 *
 * @throws FirstlightError as `windowOf`.
 */
export function takeSnapshot(id: string, experiment: ServedExperiment, query: {rows?: string; columns?: string}): Snapshot {
  const {rows, columns, offset, total} = windowOf(experiment, query);
  const places = new Map(columns.map(({name}, index) => [name, index]));
  return {
    experiment: id,
    change: experiment.changes.current,
    offset,
    total,
    columns,
    rows: rows.map((row) => ({row, cells: placed(experiment.table.cells(row), places)})),
  };
}

function placed(cells: readonly Cell[], places: ReadonlyMap<string, number>): (Cell | undefined)[] {
  const line: (Cell | undefined)[] = Array.from({length: places.size});
  for (const cell of cells) {
    const place = places.get(cell.name);
    if (place !== undefined) line[place] = cell;
  }
  return line;
}
