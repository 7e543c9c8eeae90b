import type {Cell, DescribedEvent, RunId} from '@firstlight/core';
import {cellsOf} from '@firstlight/store';
import type {CellColumns, LoadedTable, ReaderProcess} from '@firstlight/store';
import {startTimeCell} from './board.ts';
import type {Board, Reading} from './board.ts';
import {messageOf} from './cell.ts';
import type {CellContent} from './cell.ts';
import {columnsOf} from './columns.ts';
import type {Feed} from './feed/feed.ts';
import type {PictureAddress} from './picture.ts';
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

interface StoredCell {
  readonly cell: Cell;
  /** When it was written, in seconds since 1970. */
  readonly timestamp: number;
}

const cellKey = ({proposal, run}: RunId, name: string): string => `${proposal}:${run}:${name}`;

/** The table as it lies in the database, brought into memory at the start and when another program has changed it. */
export class StoredTable {
  readonly #parts: StoredTableParts;
  #variables: readonly Variable[] = [];
  #described: DescribedEvent | undefined;
  /** When the picture of a cell that we know was written at the latest, in seconds since 1970: only their times tell pictures apart here. */
  readonly #picturesAt = new Map<string, number>();
  #refreshing: Promise<void> | undefined;
  #isStale = false;

  constructor(parts: StoredTableParts) {
    this.#parts = parts;
  }

  /** Fills the table in memory, without a word in the change feed. */
  async load(): Promise<void> {
    const {reader, dir, table} = this.#parts;
    const loaded = await reader.loadTable(dir);
    this.#takeVariables(loaded);
    for (const row of loaded.runs) table.setRun(row);
    for await (const piece of this.#cells(loaded)) {
      for (const {cell, timestamp} of piece) {
        table.setContent(cell, cell.name, contentOnly(cell));
        this.#notePicture(cell, timestamp);
      }
    }
  }

  /** Takes what the context declares into the columns; true when that changed them. */
  describe(described: DescribedEvent): boolean {
    this.#described = described;
    const names = new Set(this.#variables.map(({name}) => name));
    // What was declared before is in the database by now, and stays.
    this.#variables = [...this.#variables, ...this.#parts.table.variables().filter(({name}) => !names.has(name))];
    return this.#parts.table.setVariables(columnsOf(described, this.#variables));
  }

  /** Says that values of ours were stored just now. */
  ownStored(run: RunId, names: readonly string[], now: Date): void {
    for (const name of names) this.#notePicture(this.#parts.table.cell(run, name), now.getTime() / 1000);
  }

  /** Announces what differs in the database; a refresh that is asked for while one runs follows it. */
  async refresh(board: Pick<Board, 'reading'>): Promise<void> {
    this.#isStale = true;
    this.#refreshing ??= this.#refreshAll(board).finally(() => (this.#refreshing = undefined));
    await this.#refreshing;
  }

  async #refreshAll(board: Pick<Board, 'reading'>): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      await this.#refreshOnce(board);
    }
  }

  async #refreshOnce(board: Pick<Board, 'reading'>): Promise<void> {
    const {reader, dir, table, changes} = this.#parts;
    using reading = board.reading();
    const loaded = await reader.loadTable(dir);
    if (this.#takeVariables(loaded)) changes.push([], {variables: true});
    for (const row of loaded.runs) if (table.setRun(row)) changes.push([startTimeCell(row)]);
    const seen = new Set<string>();
    for await (const piece of this.#cells(loaded)) {
      for (const stored of piece) {
        const {cell} = stored;
        seen.add(cellKey(cell, cell.name));
        if (!reading.isAhead(cell, cell.name)) changes.push(this.#takeCell(stored));
      }
    }
    this.#forgetDeleted(seen, reading);
  }

  #takeCell({cell, timestamp}: StoredCell): Cell[] {
    const {table} = this.#parts;
    const known = table.cell(cell, cell.name);
    const knownAt = this.#picturesAt.get(cellKey(cell, cell.name)) ?? -Infinity;
    const isSamePicture = isPicture(cell) && isPicture(known) && timestamp <= knownAt;
    this.#notePicture(cell, timestamp);
    const content = contentOnly(cell);
    return table.setContent(cell, cell.name, isSamePicture ? {...content, summary: known.summary} : content);
  }

  #forgetDeleted(stored: ReadonlySet<string>, reading: Reading): void {
    const {table, changes} = this.#parts;
    const nothing = {state: 'missing', summary: null, message: null, attributes: null, maxDiff: null} as const;
    for (const row of table.runs()) {
      for (const {name} of table.cells(row)) {
        if (!stored.has(cellKey(row, name)) && !reading.isAhead(row, name)) changes.push(table.setContent(row, name, nothing));
      }
    }
  }

  #takeVariables({variables}: LoadedTable): boolean {
    this.#variables = variables
      .filter(({name}) => name !== startTimeName)
      .map(({name, title, units, description, tags}) => ({name, title, units, description, tags}));
    return this.#parts.table.setVariables(columnsOf(this.#described, this.#variables));
  }

  // Between two pieces of a large table others get their turn.
  async *#cells({variables, cells}: LoadedTable): AsyncGenerator<Iterable<StoredCell>, void, undefined> {
    for (const columns of cells) {
      yield this.#cellsOfColumns(variables, columns);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  *#cellsOfColumns(variables: LoadedTable['variables'], columns: CellColumns): Generator<StoredCell, void, undefined> {
    let index = 0;
    const address = (run: RunId, name: string): string => this.#parts.address(run, name, String(columns.timestamp[index]));
    for (const cell of cellsOf({variables, cells: [columns]}, address)) {
      const timestamp = columns.timestamp[index] ?? 0;
      index += 1;
      if (cell.name !== startTimeName) yield {cell: {...cell, message: messageOf(cell.state, cell.attributes)}, timestamp};
    }
  }

  #notePicture(cell: Cell, timestamp: number): void {
    if (isPicture(cell)) this.#picturesAt.set(cellKey(cell, cell.name), timestamp);
  }
}

const contentOnly = ({state, summary, message, attributes, maxDiff}: Cell): CellContent => ({state, summary, message, attributes, maxDiff});

const isPicture = ({summary}: Cell): boolean => typeof summary === 'object' && summary !== null && 'image' in summary;
