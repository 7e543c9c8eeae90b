import type {Complex} from './array.ts';

/** One recording of data. */
export interface RunId {
  readonly proposal: number;
  readonly run: number;
}

/** A column of the table: a variable as people see it. */
export interface Variable {
  readonly name: string;
  readonly title: string;
  readonly units: string | null;
  readonly description: string | null;
  readonly tags: readonly string[];
}

/** What a cell holds; one vocabulary in the folder, on the wire and on the screen. */
export type CellState = 'ok' | 'none' | 'skipped' | 'failed' | 'missing';

/** What is being done about a cell right now. */
export type Activity = 'idle' | 'queued' | 'running';

/** The fact that makes variables run: raw data can be read, calibrated data can be read, or someone asked for all. */
export type Trigger = 'raw' | 'proc' | 'all';

/**
 * The small value a table cell shows.
 *
 * Numbers are as in JavaScript (NaN and infinities included; as JSON they become strings, see `summaryToJson`). A picture is named by the address it is
 * loaded from, a trendline carries its points, any other array only says what it is.
 */
export type Summary =
  | null
  | number
  | bigint
  | boolean
  | string
  | Complex
  | {readonly image: string}
  | {readonly trendline: {readonly x: readonly number[]; readonly y: readonly number[]}}
  | {readonly array: {readonly dtype: string; readonly shape: readonly number[]}};

/** What DAMNIT keeps in `run_variables.attributes` beside a summary. */
export interface Attributes {
  readonly units?: string;
  readonly bold?: boolean;
  readonly background?: readonly [number, number, number];
  /** One standard deviation of the summary. */
  readonly uncertainty?: number | 'NaN' | 'Infinity' | '-Infinity';
  /** How the summary is written, as Python's format: `.2f`. */
  readonly format?: string;
  readonly error?: string;
  readonly error_cls?: string;
  /** Where in the user's files: `context.py:12`. */
  readonly where?: string;
}

/** One cell of the table: a variable's value for a run, and what is being done about it. */
export interface Cell extends RunId {
  readonly name: string;
  readonly state: CellState;
  readonly activity: Activity;
  readonly summary: Summary;
  /** Why there is no value, or why it is only text; shown on hover. */
  readonly message: string | null;
  readonly attributes: Attributes | null;
  /** Spread of the full data (nan-max minus nan-min), or null. */
  readonly maxDiff: number | null;
}

/** A numbered entry of an experiment's change feed: the cells it changed, whole. */
export interface Change {
  readonly number: number;
  readonly cells: readonly Cell[];
}
