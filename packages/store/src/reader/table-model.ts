import type {Attributes, Cell, CellState, RunId, Summary} from '@firstlight/core';

/** A variable as the folder knows it. */
export interface TableVariable {
  readonly name: string;
  readonly title: string;
  /** Null: computed; else what a person may type: `boolean`, `integer`, `number`, `string`. */
  readonly type: string | null;
  readonly units: string | null;
  readonly description: string | null;
  readonly tags: readonly string[];
}

/** A run as the folder knows it; times in seconds since 1970. */
export interface TableRun extends RunId {
  readonly startTime: number | null;
  readonly addedAt: number | null;
}

/** The states a stored cell can have; `CellColumns.state` holds the index. */
export const storedStates = ['ok', 'none', 'skipped', 'failed'] as const satisfies readonly CellState[];

/** What kind of summary a stored cell has; `CellColumns.kind` holds the index. */
export const summaryKinds = ['none', 'number', 'boolean', 'image', 'other'] as const;

/**
 * All stored cells of some runs, in columns, so that a million of them cross from process to process in a moment; run by run, the newest first, each by name. `cellsOf` gives
 * them one by one.
 */
export interface CellColumns {
  /** Number of cells. */
  readonly length: number;
  /** The runs that have any, the newest first. */
  readonly proposals: Int32Array;
  readonly runs: Int32Array;
  /** Where the cells of each run begin; one more than there are runs. */
  readonly starts: Int32Array;
  /** The variables' names; `name` holds indices into it. */
  readonly names: readonly string[];
  readonly name: Int32Array;
  /** Index into `storedStates`. */
  readonly state: Uint8Array;
  /** Index into `summaryKinds`. */
  readonly kind: Uint8Array;
  /** The summary of kinds number and boolean; of kind image, when it was written (seconds since 1970). */
  readonly number: Float64Array;
  /** NaN where there is none; without elements when no cell has any. */
  readonly maxDiff: Float64Array;
  /** Summaries of kind other, by position. */
  readonly other: ReadonlyMap<number, Summary>;
  /** Attributes of those cells that have any, by position. */
  readonly attributes: ReadonlyMap<number, Attributes>;
}

/** What a folder's table is made of, without cells. */
export interface TableStructure {
  readonly variables: readonly TableVariable[];
  readonly runs: readonly TableRun[];
}

/** A part of a folder's table: all stored cells of the runs from the one asked for down to the one before `next`. */
export interface CellPage {
  readonly cells: CellColumns;
  /** The newest run of which nothing is in this page or an earlier one; null when there is none. */
  readonly next: RunId | null;
}

/** All a folder's table shows. */
export interface LoadedTable extends TableStructure {
  readonly cells: readonly CellColumns[];
}

/** The stored cells of a table one by one; pictures are named by the address that `imageUrl` gives them. */
export function* cellsOf({cells}: Pick<LoadedTable, 'cells'>, imageUrl: (run: RunId, name: string) => string): Generator<Cell> {
  for (const columns of cells) {
    for (let row = 0; row < columns.runs.length; row++) {
      const run = {proposal: columns.proposals[row] as number, run: columns.runs[row] as number};
      const end = columns.starts[row + 1] as number;
      for (let i = columns.starts[row] as number; i < end; i++) yield cellAt(columns, i, run, imageUrl);
    }
  }
}

function cellAt(columns: CellColumns, i: number, run: RunId, imageUrl: (run: RunId, name: string) => string): Cell {
  const name = columns.names[columns.name[i] as number] as string;
  const attributes = columns.attributes.get(i) ?? null;
  const state = storedStates[columns.state[i] as number] as CellState;
  const maxDiff = columns.maxDiff[i] ?? Number.NaN;
  return {
    ...run,
    name,
    state,
    activity: 'idle',
    summary: state === 'ok' ? summaryAt(columns, i, () => imageUrl(run, name)) : null,
    message: attributes?.error ?? null,
    attributes,
    maxDiff: Number.isNaN(maxDiff) ? null : maxDiff,
  };
}

function summaryAt({kind, number, other}: CellColumns, i: number, imageUrl: () => string): Summary {
  switch (summaryKinds[kind[i] as number]) {
    case 'number':
      return number[i] as number;
    case 'boolean':
      return number[i] !== 0;
    case 'image':
      return {image: imageUrl()};
    case 'other':
      return other.get(i) ?? null;
    default:
      return null;
  }
}
