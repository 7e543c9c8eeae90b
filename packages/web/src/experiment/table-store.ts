import type {Activity, Variable} from '@firstlight/core';
import {Column, type LoadedColumn} from './column.ts';
import {activities, missingCell, type CellContent, type ChangedCell} from './model.ts';

/** A table, or its newest rows, at one change. */
export interface LoadedTable {
  readonly change: number;
  /** Number of rows of the whole table, of which these may be the newest. */
  readonly total: number;
  readonly proposals: Int32Array;
  readonly runs: Int32Array;
  /** Seconds since 1970, NaN when not known. */
  readonly startTimes: Float64Array;
  readonly columns: readonly {readonly variable: Variable; readonly loaded: LoadedColumn}[];
  readonly activity: readonly (readonly [row: number, name: string, activity: string])[];
}

/** What the counters of the top bar say. */
export interface Totals {
  readonly runs: number;
  /** Runs of which something is being computed, and runs that only wait. */
  readonly running: number;
  readonly queued: number;
}

/** Tells listeners what to draw again: `structure` when rows or columns came, went or moved. */
export type TableEvent = 'cells' | 'structure';

const runs24 = 2 ** 24; // run numbers fit well below; proposal numbers above
const keyOf = (proposal: number, run: number): number => proposal * runs24 + run;
const running = activities.indexOf('running');
const firstCapacity = 256;

/**
 * The table in memory: columns of typed arrays, fed once by a loaded table and then by numbered changes.
 *
 * A row keeps its index for ever; `rowAt(position)` is the order by proposal and run. Positions shift only when a run arrives late.
 */
export class TableStore {
  change: number;
  columns: Column[] = [];
  readonly #byName = new Map<string, number>();
  /** What the feed told of names that are no columns: steps that are never stored, and variables whose declaration is still on its way. */
  readonly #undeclared = new Map<string, Column>();
  #proposals = new Int32Array(firstCapacity);
  #runs = new Int32Array(firstCapacity);
  #startTimes = new Float64Array(firstCapacity);
  /** Grows by one whenever something in the row changes; what a painted row compares with. */
  #versions = new Uint32Array(firstCapacity);
  #busy = {queued: new Uint16Array(firstCapacity), running: new Uint16Array(firstCapacity)};
  #totals = {queued: 0, running: 0};
  readonly #rowByKey = new Map<number, number>();
  #order: number[] = [];
  readonly #listeners = new Set<(event: TableEvent) => void>();

  constructor(table: LoadedTable) {
    this.change = table.change;
    table.runs.forEach((run, i) => this.#addRow(table.proposals[i] ?? 0, run, table.startTimes[i] ?? Number.NaN));
    for (const {variable, loaded} of table.columns) this.#loadColumn(this.#addColumn(variable), loaded);
    for (const [row, name, activity] of table.activity) this.#setActivity(row, name, activities.indexOf(activity as Activity));
  }

  get rowCount(): number {
    return this.#order.length;
  }

  /** Totals for the counters. */
  totals(): Totals {
    return {runs: this.rowCount, ...this.#totals};
  }

  /** True when more than one proposal has runs here. */
  hasSeveralProposals(): boolean {
    const [first, last] = [this.#order[0], this.#order.at(-1)];
    return first !== undefined && last !== undefined && this.#proposals[first] !== this.#proposals[last];
  }

  /** The row at a position of the order by proposal and run, -1 beyond the ends. */
  rowAt(position: number): number {
    return this.#order[position] ?? -1;
  }

  /** The position of a run, -1 when it is not here. */
  positionOf(proposal: number, run: number): number {
    const row = this.#rowByKey.get(keyOf(proposal, run));
    return row === undefined ? -1 : this.#place(proposal, run);
  }

  proposalOf(row: number): number {
    return this.#proposals[row] ?? 0;
  }

  runOf(row: number): number {
    return this.#runs[row] ?? 0;
  }

  /** Seconds since 1970, NaN when not known. */
  startTimeOf(row: number): number {
    return this.#startTimes[row] ?? Number.NaN;
  }

  /** The version of a run's row, -1 when it is not here. */
  versionOfRun(proposal: number, run: number): number {
    const row = this.#rowByKey.get(keyOf(proposal, run));
    return row === undefined ? -1 : this.versionOf(row);
  }

  versionOf(row: number): number {
    return this.#versions[row] ?? 0;
  }

  /** What is done for a run as a whole. */
  activityOf(row: number): 'idle' | 'queued' | 'running' {
    if (this.#busy.running[row]) return 'running';
    return this.#busy.queued[row] ? 'queued' : 'idle';
  }

  columnIndex(name: string): number {
    return this.#byName.get(name) ?? -1;
  }

  /** One cell, missing when there is no such run or variable. */
  cell(proposal: number, run: number, name: string): CellContent {
    const row = this.#rowByKey.get(keyOf(proposal, run));
    const column = this.columns[this.columnIndex(name)];
    return row === undefined || !column ? missingCell : column.cell(row);
  }

  /**
   * Joins one numbered change: `applied`, `known` when it is here already, or `gap` when one in between is not (then the table must be loaded again).
   */
  apply(change: {readonly number: number; readonly cells: readonly ChangedCell[]}): 'applied' | 'known' | 'gap' {
    if (change.number <= this.change) return 'known';
    if (change.number !== this.change + 1) return 'gap';
    this.change = change.number;
    const before = this.#shape();
    for (const cell of change.cells) this.#put(cell);
    this.#announce(this.#shape() === before ? 'cells' : 'structure');
    return 'applied';
  }

  #loadColumn(column: Column, loaded: LoadedColumn): void {
    column.load(loaded, this.rowCount);
    loaded.activities?.forEach((activity, row) => this.#setActivity(row, column.variable.name, activity));
  }

  /** Grows with rows, with columns and with columns that got their first value (and with it their width). */
  #shape(): number {
    return this.#order.length + this.columns.length + this.columns.filter(({kind}) => kind !== 'empty').length;
  }

  #put(cell: ChangedCell): void {
    const row = this.#rowByKey.get(keyOf(cell.proposal, cell.run)) ?? this.#addRow(cell.proposal, cell.run, Number.NaN);
    this.#versions[row] = (this.#versions[row] ?? 0) + 1;
    if (cell.name === 'start_time' && typeof cell.summary === 'number') this.#startTimes[row] = cell.summary;
    const column = this.#columnOf(cell.name);
    this.#countActivity(row, column.activityOf(row), activities.indexOf(cell.activity));
    column.set(row, cell);
  }

  #columnOf(name: string): Column {
    const known = this.columns[this.columnIndex(name)] ?? this.#undeclared.get(name);
    if (known) return known;
    const column = new Column(named(name), this.#runs.length);
    this.#undeclared.set(name, column);
    return column;
  }

  #setActivity(row: number, name: string, activity: number): void {
    const column = this.#columnOf(name);
    this.#countActivity(row, column.activityOf(row), activity);
    column.setActivity(row, activity);
  }

  #countActivity(row: number, before: number, after: number): void {
    if (before === after) return;
    const was = this.activityOf(row);
    this.#count(row, before, -1);
    this.#count(row, after, 1);
    const is = this.activityOf(row);
    if (was !== 'idle') this.#totals[was] -= 1;
    if (is !== 'idle') this.#totals[is] += 1;
  }

  #count(row: number, activity: number, by: number): void {
    if (activity === 0) return;
    const counts = activity === running ? this.#busy.running : this.#busy.queued;
    counts[row] = (counts[row] ?? 0) + by;
  }

  /** Takes new titles, units and columns, with what the feed told of them before; columns it does not name keep their place at the end. */
  setVariables(variables: readonly Variable[]): void {
    const named = new Set(variables.map(({name}) => name));
    const rest = this.columns.filter(({variable}) => !named.has(variable.name));
    const before = JSON.stringify(this.columns.map(({variable}) => variable));
    const declared = variables.map((variable) => {
      const column = this.#columnOf(variable.name);
      column.describe(variable);
      this.#undeclared.delete(variable.name);
      return column;
    });
    this.columns = [...declared, ...rest];
    this.columns.forEach(({variable}, index) => this.#byName.set(variable.name, index));
    if (JSON.stringify(this.columns.map(({variable}) => variable)) !== before) this.#announceAll();
  }

  /** Calls `listener` after every change until the returned function is called. */
  subscribe = (listener: (event: TableEvent) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #announce(event: TableEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #announceAll(): void {
    this.#versions.forEach((version, row) => (this.#versions[row] = version + 1));
    this.#announce('structure');
  }

  #addColumn(variable: Variable): Column {
    const column = new Column(variable, this.#runs.length);
    this.#byName.set(variable.name, this.columns.length);
    this.columns.push(column);
    return column;
  }

  #addRow(proposal: number, run: number, startTime: number): number {
    const row = this.#order.length;
    if (row === this.#runs.length) this.#grow(row * 2);
    this.#proposals[row] = proposal;
    this.#runs[row] = run;
    this.#startTimes[row] = startTime;
    this.#rowByKey.set(keyOf(proposal, run), row);
    this.#order.splice(this.#place(proposal, run), 0, row);
    return row;
  }

  /** Where a run is in the order, or belongs. Runs mostly arrive at the end, so look there first. */
  #place(proposal: number, run: number): number {
    const key = keyOf(proposal, run);
    const keyAt = (position: number) => keyOf(this.proposalOf(this.rowAt(position)), this.runOf(this.rowAt(position)));
    let [low, high] = [0, this.#order.length];
    if (high === 0 || keyAt(high - 1) < key) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (keyAt(middle) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #grow(capacity: number): void {
    const grown = <T extends Int32Array | Float64Array | Uint32Array | Uint16Array>(array: T): T => {
      const larger = new (array.constructor as new (n: number) => T)(capacity);
      larger.set(array);
      return larger;
    };
    this.#proposals = grown(this.#proposals);
    this.#runs = grown(this.#runs);
    this.#startTimes = grown(this.#startTimes);
    this.#versions = grown(this.#versions);
    this.#busy = {queued: grown(this.#busy.queued), running: grown(this.#busy.running)};
    for (const column of [...this.columns, ...this.#undeclared.values()]) column.reserve(capacity);
  }
}

/** A variable we only know by name yet; its title comes with the next look at the context. */
const named = (name: string): Variable => ({name, title: name, units: null, description: null, tags: []});
