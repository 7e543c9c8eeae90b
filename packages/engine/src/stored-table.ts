import type {Cell, DescribedEvent, RunId} from '@firstlight/core';
import {withUndeclared} from '@firstlight/store';
import type {CellColumns, CellPage, ReaderProcess, TableStructure, TableVariable} from '@firstlight/store';
import {startTimeCell} from './board.ts';
import type {Board, Reading} from './board.ts';
import {columnsOf} from './columns.ts';
import type {Feed} from './feed/feed.ts';
import type {PictureAddress} from './picture.ts';
import {byProposalAndRun} from './table/rows.ts';
import {missingCode} from './table/column.ts';
import {addRow, columnsFor, fill, isKnown, replace, runsOf} from './table/stored-cells.ts';
import type {Table, Variable} from './table.ts';
import {startTimeName} from './table.ts';

export interface StoredTableParts {
  readonly dir: string;
  readonly reader: ReaderProcess;
  readonly table: Table;
  readonly changes: Feed;
  readonly address: PictureAddress;
}

/** Where nothing is announced before it is in the database. */
export const nothingAhead = {reading: (): Reading => ({isAhead: () => false, [Symbol.dispose]: () => {}})};

/** The runs after one and up to another, by proposal and run number; null: no limit. */
interface Range {
  readonly after: RunId | null;
  readonly upTo: RunId | null;
}

const nothing = {state: 'missing', summary: null, message: null, attributes: null, maxDiff: null} as const;

/**
 * The table as it lies in the database, brought into memory at the start, page by page and the newest runs first, and again when another program has changed
 * it.
 */
export class StoredTable {
  readonly #parts: StoredTableParts;
  #stored: readonly TableVariable[] = [];
  readonly #names = new Set<string>();
  #kept: readonly Variable[] = [];
  #described: DescribedEvent | undefined;
  /** Where the next page begins; null when there is none, undefined before the first. */
  #next: RunId | null | undefined;
  #wanted: RunId[] = [];
  readonly #complete = Promise.withResolvers<void>();
  #arrival = Promise.withResolvers<void>();
  #refreshing: Promise<void> | undefined;
  #isStale = false;
  /** Told which cells differed in the database, when they are in the table. */
  onReplaced: (cells: readonly Pick<Cell, 'proposal' | 'run' | 'name'>[]) => void = () => {};

  constructor(parts: StoredTableParts) {
    this.#parts = parts;
    this.#complete.promise.catch(() => {}); // perhaps nobody waits for it
  }

  /** Fills the table with its runs and the cells of the newest, without a word in the change feed; `rest` brings the others. */
  async open(): Promise<void> {
    const {reader, dir, table} = this.#parts;
    const structure = await reader.loadStructure(dir);
    this.#takeVariables(structure);
    for (const row of structure.runs) {
      table.setRun(row);
      table.await(row);
    }
    await this.#loadPage(null);
  }

  /** Whether all that was stored is here. */
  get isWhole(): boolean {
    return this.#next === null;
  }

  /** Brings what `open` left. Who waits for some rows (`loaded`) is served first. May be called again after an error. */
  async rest(): Promise<void> {
    while (this.#next) {
      const wanted = this.#wanted.shift();
      if (wanted === undefined) await this.#loadPage(this.#next);
      else if (this.#parts.table.isAwaited(wanted)) await this.#loadWanted(wanted);
    }
    this.#complete.resolve();
    this.#arrival.resolve();
  }

  /** Waits until everything stored is here. Rejects when the table is closed before. */
  async whole(): Promise<void> {
    if (!this.isWhole) await this.#complete.promise;
  }

  /** Waits until what is stored of some runs is here. Rejects when the table is closed before. */
  async loaded(runs: readonly RunId[]): Promise<void> {
    const {table} = this.#parts;
    for (;;) {
      const missing = runs.filter((run) => table.isAwaited(run));
      const newest = missing.reduce<RunId | undefined>((a, b) => (a && byProposalAndRun(a, b) > 0 ? a : b), undefined);
      if (!newest) return;
      this.#wanted.push(newest);
      await this.#arrival.promise;
    }
  }

  /** Ends all waiting. */
  close(reason: unknown): void {
    this.#complete.reject(reason);
    this.#arrival.promise.catch(() => {});
    this.#arrival.reject(reason);
  }

  /** Takes what the context declares into the columns; true when that changed them. */
  describe(described: DescribedEvent): boolean {
    this.#described = described;
    // What was declared before is in the database by now, and stays.
    this.#kept = this.#parts.table.variables();
    return this.#setVariables();
  }

  /** Says that values of ours were stored just now. */
  ownStored(run: RunId, names: readonly string[], now: Date): void {
    const {table} = this.#parts;
    for (const name of names) {
      if (isPicture(table.cell(run, name))) table.ensureColumn(name).notePicture(table.ensurePosition(run), now.getTime() / 1000);
    }
  }

  /** Announces what differs in the database; a refresh that is asked for while one runs follows it. */
  async refresh(board: Pick<Board, 'reading'>): Promise<void> {
    this.#isStale = true;
    this.#refreshing ??= this.#refreshAll(board).finally(() => (this.#refreshing = undefined));
    await this.#refreshing;
  }

  /** Announces what is stored of one run by now, because something there was changed by hand. */
  async refreshRun(run: RunId, board: Pick<Board, 'reading'>): Promise<void> {
    const {reader, dir, changes} = this.#parts;
    if (this.#takeVariables(await reader.loadStructure(dir))) changes.push([], {variables: true});
    await this.loaded([run]);
    using reading = board.reading();
    const {cells} = await reader.loadCells(dir, run);
    for (const columns of cells) this.#compare(columns, {after: {...run, run: run.run - 1}, upTo: run}, reading);
  }

  /** Announces that a variable is gone. */
  async refreshWithout(name: string, board: Pick<Board, 'reading'>): Promise<void> {
    this.#names.delete(name);
    await this.refresh(board);
  }

  async #loadWanted(upTo: RunId): Promise<void> {
    const {reader, dir} = this.#parts;
    const page = await reader.loadPage(dir, upTo);
    this.#take(page, {after: page.next, upTo});
  }

  async #loadPage(upTo: RunId | null): Promise<void> {
    const {reader, dir} = this.#parts;
    const page = await reader.loadPage(dir, upTo);
    this.#take(page, {after: page.next, upTo});
    this.#next = page.next;
  }

  #take({cells}: CellPage, range: Range): void {
    const {table, changes} = this.#parts;
    if (this.#noteNames(cells)) changes.push([], {variables: true});
    fill(table, cells);
    for (const run of table.awaited()) if (isIn(range, run)) changes.push(table.arrived(run));
    const arrival = this.#arrival;
    this.#arrival = Promise.withResolvers<void>();
    arrival.resolve();
  }

  async #refreshAll(board: Pick<Board, 'reading'>): Promise<void> {
    await this.whole();
    while (this.#isStale) {
      this.#isStale = false;
      await this.#refreshOnce(board);
    }
  }

  async #refreshOnce(board: Pick<Board, 'reading'>): Promise<void> {
    const {reader, dir, table, changes} = this.#parts;
    const structure = await reader.loadStructure(dir);
    if (this.#takeVariables(structure)) changes.push([], {variables: true});
    for (const row of structure.runs) if (table.setRun(row)) changes.push([startTimeCell(row)]);
    for (let upTo: RunId | null = null; ; ) {
      using reading = board.reading();
      const page: CellPage = await reader.loadPage(dir, upTo);
      this.#compare(page.cells, {after: page.next, upTo}, reading);
      if (page.next === null) return;
      upTo = page.next;
    }
  }

  #compare(cells: CellColumns, range: Range, reading: Reading): void {
    const {table, changes} = this.#parts;
    if (this.#noteNames(cells)) changes.push([], {variables: true});
    const columns = columnsFor(table, cells);
    const stored = new Map<number, ReadonlySet<string>>();
    for (const {run, begin, end} of runsOf(cells)) {
      if (table.row(run) === undefined) changes.push([startTimeCell(addRow(table, run))]);
      const row = table.ensurePosition(run);
      const names = new Set<string>();
      for (let i = begin; i < end; i++) {
        const column = columns[cells.name[i] as number];
        if (!column) continue;
        names.add(column.name);
        const place = {run, row, column, i};
        if (isKnown(place, cells) || reading.isAhead(run, column.name)) continue;
        this.#tell(replace(table, place, cells, this.#parts.address(run, column.name, String(cells.number[i]))));
      }
      stored.set(row, names);
    }
    this.#forgetDeleted(stored, range, reading);
  }

  #forgetDeleted(stored: ReadonlyMap<number, ReadonlySet<string>>, range: Range, reading: Reading): void {
    const {table} = this.#parts;
    const none: ReadonlySet<string> = new Set();
    for (const run of table.runs().filter((run) => isIn(range, run))) {
      const row = table.ensurePosition(run);
      const names = stored.get(row) ?? none;
      for (const column of table.columns()) {
        if (column.stateAt(row) === missingCode || names.has(column.name) || reading.isAhead(run, column.name)) continue;
        this.#tell(table.setContent(run, column.name, nothing));
      }
    }
  }

  #tell(cells: Cell[]): void {
    this.#parts.changes.push(cells);
    if (cells.length > 0) this.onReplaced(cells);
  }

  #takeVariables({variables}: TableStructure): boolean {
    this.#stored = variables;
    this.#kept = [];
    return this.#setVariables();
  }

  /** Notes which names there are values of; true when that made new columns. */
  #noteNames({names}: CellColumns): boolean {
    const before = this.#names.size;
    for (const name of names) this.#names.add(name);
    return this.#names.size > before && this.#setVariables();
  }

  #setVariables(): boolean {
    const stored = withUndeclared(this.#stored, [{names: [...this.#names]}])
      .filter(({name}) => name !== startTimeName)
      .map(asVariable);
    const names = new Set(stored.map(({name}) => name));
    const kept = this.#kept.filter(({name}) => !names.has(name));
    return this.#parts.table.setVariables(columnsOf(this.#described, [...stored, ...kept]));
  }
}

const asVariable = ({type, ...facts}: TableVariable): Variable => (type === null ? facts : {...facts, type});

const isIn = ({after, upTo}: Range, run: RunId): boolean =>
  (after === null || byProposalAndRun(run, after) > 0) && (upTo === null || byProposalAndRun(run, upTo) <= 0);

const isPicture = ({summary}: Cell): boolean => typeof summary === 'object' && summary !== null && 'image' in summary;
