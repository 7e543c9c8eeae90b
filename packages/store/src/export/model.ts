import type {Attributes, CellState, Complex, NDArray, RunId} from '@firstlight/core';
import type {TableVariable} from '../reader/table-model.ts';

/** What of a folder is wanted; without a member, all of it. */
export interface Selection {
  /** Run numbers. */
  readonly runs?: readonly number[] | undefined;
  readonly proposal?: number | undefined;
  /** Names of variables, and globs of them. */
  readonly variables?: readonly string[] | undefined;
}

/** A summary as it is stored: integers as bigint, reals as number. */
export type StoredSummary = null | number | bigint | boolean | string | Complex | Picture | StoredArray;

/** A picture's PNG. */
export interface Picture {
  readonly png: Uint8Array;
}

/** A trendline (2 × N: x and y) or another array that stands for a value. */
export interface StoredArray {
  readonly array: NDArray;
  readonly isTrendline: boolean;
}

export interface ExportCell {
  readonly state: CellState;
  readonly summary: StoredSummary;
  readonly attributes: Attributes | null;
}

export interface ExportRow extends RunId {
  /** Seconds since 1970. */
  readonly startTime: number | null;
  /** By name; a cell that is not there is missing. */
  readonly cells: ReadonlyMap<string, ExportCell>;
}

/** What all summaries of a column are; `text` when they are of several types. */
export type ColumnType = 'integer' | 'real' | 'boolean' | 'text' | 'complex' | 'picture' | 'array' | 'mixed';

export interface ExportColumn extends TableVariable {
  /** What the column is called: the name, unless that means something else in every table (a variable named `run`). */
  readonly label: string;
  readonly columnType: ColumnType;
}

export const isPicture = (summary: StoredSummary): summary is Picture =>
  typeof summary === 'object' && summary !== null && 'png' in summary;
export const isArray = (summary: StoredSummary): summary is StoredArray =>
  typeof summary === 'object' && summary !== null && 'array' in summary;
export const isComplex = (summary: StoredSummary): summary is Complex => typeof summary === 'object' && summary !== null && 're' in summary;
