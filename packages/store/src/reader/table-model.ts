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

/** Stored cells in columns, so that a million of them cross from process to process in a moment. `cellsOf` gives them one by one. */
export interface CellColumns {
  readonly length: number;
  readonly proposal: Int32Array;
  readonly run: Int32Array;
  /** Index into the table's `variables`. */
  readonly name: Int32Array;
  /** Index into `storedStates`. */
  readonly state: Uint8Array;
  /** Index into `summaryKinds`. */
  readonly kind: Uint8Array;
  /** The summary of kinds number and boolean. */
  readonly number: Float64Array;
  /** NaN when there is none. */
  readonly maxDiff: Float64Array;
  /** When it was written, in seconds since 1970. */
  readonly timestamp: Float64Array;
  /** Summaries of kind other, by position. */
  readonly other: ReadonlyMap<number, Summary>;
  /** Attributes of those cells that have any, by position. */
  readonly attributes: ReadonlyMap<number, Attributes>;
}

/** All a folder's table shows. */
export interface LoadedTable {
  readonly variables: readonly TableVariable[];
  readonly runs: readonly TableRun[];
  readonly cells: readonly CellColumns[];
}

/** The stored cells of a table one by one; pictures are named by the address that `imageUrl` gives them. */
export function* cellsOf(
  {variables, cells}: Pick<LoadedTable, 'variables' | 'cells'>,
  imageUrl: (run: RunId, name: string) => string,
): Generator<Cell> {
  for (const columns of cells) {
    for (let i = 0; i < columns.length; i++) {
      const run = {proposal: columns.proposal[i] as number, run: columns.run[i] as number};
      const {name} = variables[columns.name[i] as number] as TableVariable;
      const attributes = columns.attributes.get(i) ?? null;
      const state = storedStates[columns.state[i] as number] as CellState;
      const maxDiff = columns.maxDiff[i] as number;
      yield {
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
  }
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
