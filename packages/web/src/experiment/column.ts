import type {Attributes, Summary, Variable} from '@firstlight/core';
import {kindOf, type CellKind} from '../cells/kinds.ts';
import {activities, states, summaryFromJson, type CellContent} from './model.ts';

/** How a cell's summary is held: not at all, as a number or truth value in a typed array, as JSON text not yet read, or as an object. */
const held = {nothing: 0, number: 1, boolean: 2, text: 3, object: 4} as const;
const missing = states.indexOf('missing');

type Reader = (row: number) => string | null;

/** What a table load brings for one column; positions are rows. */
export interface LoadedColumn {
  readonly states: Uint8Array;
  readonly activities?: Uint8Array | undefined;
  /** Numbers by row, where `present` is 1; of truth values when `boolean`. */
  readonly numbers?: {readonly values: Float64Array; readonly present: Uint8Array; readonly boolean: boolean};
  /** The JSON text of a summary, read only when its cell comes into view. */
  readonly text?: Reader | undefined;
  readonly message?: Reader | undefined;
  /** JSON text of `{attributes, maxDiff}`. */
  readonly details?: Reader | undefined;
}

interface Details {
  readonly attributes: Attributes | null;
  readonly maxDiff: number | null;
}

const grown = <T extends Uint8Array | Float64Array>(array: T, capacity: number, fill: number): T => {
  const larger = new (array.constructor as new (n: number) => T)(capacity);
  larger.fill(fill, array.length);
  larger.set(array);
  return larger;
};

/**
 * One variable's cells for all runs, in typed arrays.
 *
 * Ten thousand rows of numbers cost 110 kB; texts, trendlines and messages are objects only where they exist, and those of a loaded table are read when they are first
 * looked at.
 */
export class Column {
  /** Titles and units; replaced by `describe`. */
  variable: Variable;
  /** What most cells are likely to be: the kind of the first value seen; `empty` while there is none. */
  kind: CellKind = 'empty';
  #states = new Uint8Array();
  #activities = new Uint8Array();
  #held = new Uint8Array();
  #numbers = new Float64Array();
  readonly #objects = new Map<number, Summary>();
  readonly #messages = new Map<number, string>();
  readonly #details = new Map<number, Details>();
  #loaded: LoadedColumn | undefined;
  /** Rows told by the feed since the load: their messages and details are ours, no longer the load's. */
  readonly #told = new Set<number>();

  constructor(variable: Variable, capacity: number) {
    this.variable = variable;
    this.reserve(capacity);
  }

  /** Makes room for rows up to `capacity`; new cells are missing and idle. */
  reserve(capacity: number): void {
    if (capacity <= this.#states.length) return;
    this.#states = grown(this.#states, capacity, missing);
    this.#activities = grown(this.#activities, capacity, 0);
    this.#held = grown(this.#held, capacity, held.nothing);
    if (this.#numbers.length > 0) this.#numbers = grown(this.#numbers, capacity, 0);
  }

  /** Takes over a loaded column of `rows` rows. */
  load(loaded: LoadedColumn, rows: number): void {
    this.#loaded = loaded;
    this.#states.set(loaded.states.subarray(0, rows));
    if (loaded.numbers) this.#loadNumbers(loaded.numbers, rows);
    if (loaded.text) this.#held.fill(held.text, 0, rows);
    this.kind = this.#kindOfFirst(rows);
  }

  #kindOfFirst(rows: number): CellKind {
    for (let row = 0; row < rows; row += 1) {
      const kind = this.#held[row] === held.nothing ? 'empty' : kindOf(this.summary(row));
      if (kind !== 'empty') return kind;
    }
    return 'empty';
  }

  #loadNumbers({values, present, boolean}: NonNullable<LoadedColumn['numbers']>, rows: number): void {
    this.#numbers = new Float64Array(this.#states.length);
    this.#numbers.set(values.subarray(0, rows));
    const as = boolean ? held.boolean : held.number;
    for (let row = 0; row < rows; row += 1) this.#held[row] = present[row] ? as : held.nothing;
  }

  /** Takes another title, units or description; the same object stays when nothing in it is new. */
  describe(variable: Variable): void {
    if (JSON.stringify(variable) !== JSON.stringify(this.variable)) this.variable = variable;
  }

  /** The index of a row's activity in `activities`. */
  activityOf(row: number): number {
    return this.#activities[row] ?? 0;
  }

  setActivity(row: number, activity: number): void {
    this.#activities[row] = activity;
  }

  /** Puts one cell. */
  set(row: number, {state, activity, summary, message, attributes, maxDiff}: CellContent): void {
    this.#states[row] = states.indexOf(state);
    this.#activities[row] = activities.indexOf(activity);
    this.#told.add(row);
    this.#hold(row, summary);
    if (message === null) this.#messages.delete(row);
    else this.#messages.set(row, message);
    if (attributes === null && maxDiff === null) this.#details.delete(row);
    else this.#details.set(row, {attributes, maxDiff});
  }

  #hold(row: number, summary: Summary): void {
    if (this.kind === 'empty') this.kind = kindOf(summary);
    this.#objects.delete(row);
    if (typeof summary === 'number') this.#holdNumber(row, summary, held.number);
    else if (typeof summary === 'boolean') this.#holdNumber(row, Number(summary), held.boolean);
    else if (summary === null) this.#held[row] = held.nothing;
    else {
      this.#held[row] = held.object;
      this.#objects.set(row, summary);
    }
  }

  #holdNumber(row: number, value: number, as: number): void {
    if (this.#numbers.length === 0) this.#numbers = new Float64Array(this.#states.length);
    this.#numbers[row] = value;
    this.#held[row] = as;
  }

  /** What a row's cell shows. */
  cell(row: number): CellContent {
    const {attributes, maxDiff} = this.#detailsOf(row);
    return {
      state: states[this.#states[row] ?? missing] ?? 'missing',
      activity: activities[this.#activities[row] ?? 0] ?? 'idle',
      summary: this.summary(row),
      message: this.#told.has(row) ? (this.#messages.get(row) ?? null) : (this.#loaded?.message?.(row) ?? null),
      attributes,
      maxDiff,
    };
  }

  /** A row's summary; JSON of the load is read now and kept. */
  summary(row: number): Summary {
    switch (this.#held[row]) {
      case held.number:
        return this.#numbers[row] ?? null;
      case held.boolean:
        return this.#numbers[row] === 1;
      case held.text:
        this.#hold(row, summaryFromText(this.#loaded?.text?.(row)));
        return this.summary(row);
      case held.object:
        return this.#objects.get(row) ?? null;
      default:
        return null;
    }
  }

  #detailsOf(row: number): Details {
    const known = this.#details.get(row);
    if (known) return known;
    const text = this.#told.has(row) ? null : this.#loaded?.details?.(row);
    return text ? (JSON.parse(text) as Details) : noDetails;
  }
}

const noDetails: Details = {attributes: null, maxDiff: null};

const summaryFromText = (text: string | null | undefined): Summary => (text == null ? null : summaryFromJson(JSON.parse(text)));
