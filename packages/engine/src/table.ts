import type {Activity, Cell, Variable as Described, RunId} from '@firstlight/core';
import {missingCell, next} from './cell.ts';
import type {CellContent, CellEvent} from './cell.ts';
import type {PictureAddress} from './picture.ts';
import {TableColumn} from './table/column.ts';
import {byProposalAndRun, RowNumbers} from './table/rows.ts';

/** A column of the table, and whether a person may type into it. */
export interface Variable extends Described {
  /** What a person may type into it: `boolean`, `integer`, `number`, `string`; null (or left out) for a computed variable. */
  readonly type?: string | null;
}

/** A row of the table; times are seconds since 1970 (UTC). */
export interface RunRow extends RunId {
  readonly startTime: number | null;
  readonly addedAt: number | null;
}

/** The value under which a run's start time travels; it is a property of the row, not a column. */
export const startTimeName = 'start_time';

/**
 * The cells of an experiment in memory, in typed columns; a `Cell` is made when somebody asks for one.
 *
 * Reading is cheap and synchronous. What changes a table gives back the cells that really changed, whole, for the change feed. What is stored of a row may still
 * be on its way (`isAwaited`): what happens to such a row is kept, and told when it is complete, because until then nobody could say what its cells hold.
 */
export class Table {
  readonly #picture: PictureAddress;
  #variables: readonly Variable[] = [];
  #sorted: readonly RunRow[] | undefined = [];
  readonly #numbers = new RowNumbers();
  readonly #rows = new Map<number, RunRow>();
  readonly #columns = new Map<string, TableColumn>();
  readonly #awaited = new Set<number>();
  readonly #owed = new Set<number>();

  /** Makes an empty table; `picture` gives stored pictures their addresses. */
  constructor(picture: PictureAddress = () => '') {
    this.#picture = picture;
  }

  /** Lists the columns, in the order in which the context file declares them. */
  variables(): readonly Variable[] {
    return this.#variables;
  }

  /** Lists the rows by proposal and run number. */
  runs(): readonly RunRow[] {
    this.#sorted ??= [...this.#rows.values()].sort(byProposalAndRun);
    return this.#sorted;
  }

  /** Gives one row, or undefined for an unknown run. */
  row(run: RunId): RunRow | undefined {
    return this.#rows.get(this.#numbers.find(run));
  }

  /** Gives one cell; of state `missing` when there is no such value (or run, or variable). */
  cell(run: RunId, name: string): Cell {
    const row = this.#numbers.find(run);
    const column = this.#columns.get(name);
    return row < 0 || !column?.isFilled(row) ? missingCell(run, name) : cellAt(run, column, row);
  }

  /** Gives all cells of a run that hold something or wait for something. */
  cells(run: RunId): readonly Cell[] {
    const row = this.#numbers.find(run);
    return row < 0 ? [] : [...this.#columns.values()].flatMap((column) => (column.isFilled(row) ? [cellAt(run, column, row)] : []));
  }

  /** Where the cells of some runs are in the columns; -1 for an unknown run. */
  positionsOf(runs: readonly RunId[]): Int32Array {
    return Int32Array.from(runs, (run) => this.#numbers.find(run));
  }

  /** The cells of a variable; undefined as long as there are none. */
  column(name: string): TableColumn | undefined {
    return this.#columns.get(name);
  }

  /** All columns that have cells, also those of names that are no variables. */
  columns(): Iterable<TableColumn> {
    return this.#columns.values();
  }

  /** Replaces the columns; true when one of them is new or different. */
  setVariables(variables: readonly Variable[]): boolean {
    if (JSON.stringify(variables) === JSON.stringify(this.#variables)) return false;
    this.#variables = variables;
    return true;
  }

  /** Adds a run, or what is newly known of it; true when that changed something. */
  setRun({proposal, run, startTime, addedAt}: RunRow): boolean {
    const row = this.#numbers.ensure({proposal, run});
    const before = this.#rows.get(row);
    const after = {proposal, run, startTime: startTime ?? before?.startTime ?? null, addedAt: before?.addedAt ?? addedAt};
    if (before && before.startTime === after.startTime && before.addedAt === after.addedAt) return false;
    this.#rows.set(row, after);
    this.#sorted = undefined;
    return true;
  }

  /** Says what is being done about some variables of a run; gives the cells that changed. */
  setActivity(run: RunId, names: Iterable<string>, activity: Activity): Cell[] {
    return [...names].flatMap((name) => this.#apply(run, name, {type: 'activity', activity}));
  }

  /** Stores what a variable gave; gives the cell if that changed it. */
  setContent(run: RunId, name: string, content: CellContent): Cell[] {
    return this.#apply(run, name, {type: 'content', content});
  }

  /** Says that what is stored of a run is on its way. */
  await(run: RunId): void {
    this.#awaited.add(this.#numbers.ensure(run));
  }

  /** Whether what is stored of a run is not here yet. */
  isAwaited(run: RunId): boolean {
    return this.#awaited.size > 0 && this.#awaited.has(this.#numbers.find(run));
  }

  /** The runs that are awaited. */
  awaited(): RunId[] {
    return [...this.#awaited].map((row) => this.#numbers.runAt(row));
  }

  /** Gives all cells of a run to be told; none while it is awaited, then they are told when it has come. */
  tellAgain(run: RunId): readonly Cell[] {
    if (!this.isAwaited(run)) return this.cells(run);
    this.#owed.add(this.#numbers.find(run));
    return [];
  }

  /** Says that all that was stored of a run is here now; gives its cells if something happened to it meanwhile. */
  arrived(run: RunId): readonly Cell[] {
    const row = this.#numbers.find(run);
    this.#awaited.delete(row);
    return this.#owed.delete(row) ? this.cells(run) : [];
  }

  /** The column of a name, for those who fill it with what is stored; made if there is none. */
  ensureColumn(name: string): TableColumn {
    const known = this.#columns.get(name);
    if (known) return known;
    const column = new TableColumn(name, (row, writtenAt) => ({image: this.#picture(this.#numbers.runAt(row), name, String(writtenAt))}));
    this.#columns.set(name, column);
    return column;
  }

  /** The row of a run in the columns, for those who fill them; made if there is none. */
  ensurePosition(run: RunId): number {
    return this.#numbers.ensure(run);
  }

  #apply(run: RunId, name: string, event: CellEvent): Cell[] {
    const before = this.cell(run, name);
    const after = next(before, event);
    if (after === before) return [];
    const row = this.#numbers.ensure(run);
    const column = this.ensureColumn(name);
    if (event.type === 'activity') column.setActivity(row, after.activity);
    else column.setContent(row, after);
    if (!this.#awaited.has(row)) return [after];
    this.#owed.add(row);
    return [];
  }
}

const cellAt = ({proposal, run}: RunId, column: TableColumn, row: number): Cell => ({
  proposal,
  run,
  name: column.name,
  ...column.contentAt(row),
});
