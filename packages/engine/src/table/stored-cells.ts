import type {CellState, RunId} from '@firstlight/core';
import type {CellColumns} from '@firstlight/store';
import {messageOf} from '../cell.ts';
import type {CellContent} from '../cell.ts';
import {startTimeName} from '../table.ts';
import type {RunRow, Table} from '../table.ts';
import {held, missingCode, stateCodes} from './column.ts';
import type {TableColumn} from './column.ts';

/** One stored cell, and where it belongs in the table. */
export interface Place {
  readonly run: RunId;
  readonly row: number;
  readonly column: TableColumn;
  /** Its position in the columns that were read. */
  readonly i: number;
}

/** The runs of which cells were read, each with the range of their positions. */
export function* runsOf(cells: CellColumns): Generator<{run: RunId; begin: number; end: number}> {
  for (let r = 0; r < cells.runs.length; r++) {
    const run = {proposal: cells.proposals[r] as number, run: cells.runs[r] as number};
    yield {run, begin: cells.starts[r] as number, end: cells.starts[r + 1] as number};
  }
}

/** The table's columns for the names in what was read; none for what is no cell. */
export const columnsFor = (table: Table, {names}: CellColumns): (TableColumn | undefined)[] =>
  names.map((name) => (name === startTimeName ? undefined : table.ensureColumn(name)));

/** Other programs may leave values of a run that they never listed; it is a row all the same. Gives that row. */
export function addRow(table: Table, run: RunId): RunRow {
  const row = {...run, startTime: null, addedAt: null};
  table.setRun(row);
  return row;
}

/** Puts what was read of awaited runs into the table; cells that were told meanwhile are newer and stay. */
export function fill(table: Table, cells: CellColumns): void {
  const columns = columnsFor(table, cells);
  const isSimple = cells.attributes.size === 0 && cells.other.size === 0 && cells.maxDiff.length === 0;
  for (const {run, begin, end} of runsOf(cells)) {
    if (table.row(run) === undefined) addRow(table, run);
    else if (!table.isAwaited(run)) continue;
    const row = table.ensurePosition(run);
    for (let i = begin; i < end; i++) {
      const column = columns[cells.name[i] as number];
      if (column === undefined || column.stateAt(row) !== missingCode) continue;
      // What a kind of summary is in the reader's columns it is in the table's.
      if (isSimple || isPlain(cells, i))
        column.setStoredNumber(row, cells.state[i] as number, cells.kind[i] as number, cells.number[i] as number);
      else column.setStored(row, cells.state[i] as number, cells.kind[i] as number, cells.number[i] as number, detailsAt(cells, i));
    }
  }
}

/** Whether a stored cell is, to a reader, what the table holds; when in doubt it is not. */
export function isKnown({column, row, i}: Place, cells: CellColumns): boolean {
  if (column.stateAt(row) !== cells.state[i] || !isPlain(cells, i) || column.hasDetailsAt(row) || column.messageAt(row) !== null)
    return false;
  const [before, after] = [column.heldAt(row), cells.kind[i] as number];
  if (after === held.storedPicture) return column.pictureWrittenAt(row) >= (cells.number[i] as number);
  // The database keeps true and false as 1 and 0.
  if (isNumeric(before) && isNumeric(after)) return Object.is(column.numberAt(row), cells.number[i]);
  return before === held.nothing && after === held.nothing;
}

/** Puts a stored cell in place of what the table holds; gives the cell if that changed it. */
export function replace(table: Table, place: Place, cells: CellColumns, imageUrl: string): ReturnType<Table['setContent']> {
  const {column, row, run, i} = place;
  const writtenAt = cells.number[i] as number;
  const isStoredPicture = cells.kind[i] === held.storedPicture;
  const isSamePicture = isStoredPicture && writtenAt <= column.pictureWrittenAt(row);
  const content = contentAt(cells, i, isSamePicture ? column.summaryAt(row) : {image: imageUrl});
  const changed = table.setContent(run, column.name, content);
  if (isStoredPicture) column.notePicture(row, writtenAt);
  return changed;
}

const isNumeric = (as: number): boolean => as === held.number || as === held.boolean;

const isPlain = ({attributes, kind, maxDiff}: CellColumns, i: number): boolean =>
  kind[i] !== held.object && Number.isNaN(maxDiff[i] ?? Number.NaN) && !attributes.has(i);

function detailsAt(cells: CellColumns, i: number) {
  const attributes = cells.attributes.get(i) ?? null;
  const state = stateCodes[cells.state[i] as number] as CellState;
  return {
    summary: cells.other.get(i) ?? null,
    attributes,
    message: messageOf(state, attributes),
    maxDiff: cells.maxDiff[i] ?? Number.NaN,
  };
}

function contentAt(cells: CellColumns, i: number, picture: CellContent['summary']): CellContent {
  const {summary, maxDiff, ...details} = detailsAt(cells, i);
  const state = stateCodes[cells.state[i] as number] as CellState;
  const number = cells.number[i] as number;
  const kind = cells.kind[i];
  return {
    ...details,
    state,
    maxDiff: Number.isNaN(maxDiff) ? null : maxDiff,
    summary: kind === held.number ? number : kind === held.boolean ? number !== 0 : kind === held.storedPicture ? picture : summary,
  };
}
