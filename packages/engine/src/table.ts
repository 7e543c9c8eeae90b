import type {Activity, Cell, RunId} from '@firstlight/core';
import {missingCell, next} from './cell.ts';
import type {CellContent, CellEvent} from './cell.ts';

/** A column of the table. */
export interface Variable {
  readonly name: string;
  readonly title: string;
  readonly units: string | null;
  readonly description: string | null;
  readonly tags: readonly string[];
}

/** A row of the table; times are seconds since 1970 (UTC). */
export interface RunRow extends RunId {
  readonly startTime: number | null;
  readonly addedAt: number | null;
}

/** The value under which a run's start time travels; it is a property of the row, not a column. */
export const startTimeName = 'start_time';

const keyOf = ({proposal, run}: RunId): string => `${proposal}:${run}`;

/**
 * The cells of an experiment in memory.
 *
 * Reading is cheap and synchronous. What changes a table gives back the cells that really changed, whole, for the change feed;
 * an unchanged cell, row or list keeps its identity.
 */
export class Table {
  #variables: readonly Variable[] = [];
  #rows: readonly RunRow[] | undefined = [];
  readonly #rowOf = new Map<string, RunRow>();
  readonly #cells = new Map<string, Map<string, Cell>>();

  /** Lists the columns, in the order in which the context file declares them. */
  variables(): readonly Variable[] {
    return this.#variables;
  }

  /** Lists the rows by proposal and run number. */
  runs(): readonly RunRow[] {
    this.#rows ??= [...this.#rowOf.values()].sort((a, b) => a.proposal - b.proposal || a.run - b.run);
    return this.#rows;
  }

  /** Gives one row, or undefined for an unknown run. */
  row(run: RunId): RunRow | undefined {
    return this.#rowOf.get(keyOf(run));
  }

  /** Gives one cell; of state `missing` when there is no such value (or run, or variable). */
  cell(run: RunId, name: string): Cell {
    return this.#cells.get(keyOf(run))?.get(name) ?? missingCell(run, name);
  }

  /** Gives all cells of a run that hold something or wait for something. */
  cells(run: RunId): readonly Cell[] {
    return [...(this.#cells.get(keyOf(run))?.values() ?? [])];
  }

  /** Replaces the columns; true when one of them is new or different. */
  setVariables(variables: readonly Variable[]): boolean {
    if (JSON.stringify(variables) === JSON.stringify(this.#variables)) return false;
    this.#variables = variables;
    return true;
  }

  /** Adds a run, or what is newly known of it; true when that changed something. */
  setRun(row: RunRow): boolean {
    const key = keyOf(row);
    const before = this.#rowOf.get(key);
    const after = {...row, startTime: row.startTime ?? before?.startTime ?? null, addedAt: before?.addedAt ?? row.addedAt};
    if (before && before.startTime === after.startTime && before.addedAt === after.addedAt) return false;
    this.#rowOf.set(key, after);
    this.#rows = undefined;
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

  #apply(run: RunId, name: string, event: CellEvent): Cell[] {
    const before = this.cell(run, name);
    const after = next(before, event);
    if (after === before) return [];
    const cells = this.#cells.get(keyOf(run)) ?? new Map<string, Cell>();
    this.#cells.set(keyOf(run), cells);
    if (after.state === 'missing' && after.activity === 'idle') cells.delete(name);
    else cells.set(name, after);
    return [after];
  }
}
