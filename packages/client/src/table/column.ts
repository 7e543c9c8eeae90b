import type {Attributes, CellState, Summary, Variable} from '@firstlight/core';
import {summaryFromJson} from '@firstlight/core';
import type {CellValue} from '../facts.ts';

/** The states in the order of their codes. */
export const states = ['ok', 'none', 'skipped', 'failed', 'missing'] as const satisfies readonly CellState[];

/** What a column is made of; all by position of the run in the server's answer. */
export interface ColumnParts {
  readonly states: Uint8Array;
  /** Numbers (truth values as 0 and 1), NaN where there is none; or JSON texts. */
  readonly numbers: Float64Array | undefined;
  readonly boolean: boolean;
  readonly text: ((position: number) => string | null) | undefined;
  readonly hasNumber: (position: number) => boolean;
  readonly message: ((position: number) => string | null) | undefined;
  readonly details: ((position: number) => string | null) | undefined;
}

interface Details {
  readonly attributes: Attributes | null;
  readonly maxDiff: unknown;
}

/** One variable's values for the runs of a table. What is no number is read from its text when it is first looked at. */
export class Column implements Variable {
  readonly name: string;
  readonly title: string;
  readonly units: string | null;
  readonly description: string | null;
  readonly tags: readonly string[];
  /** Whether all its values are numbers, or all are truth values; `mixed`: anything else, then `at` gives them. */
  readonly kind: 'number' | 'boolean' | 'mixed';
  readonly length: number;
  readonly #parts: ColumnParts;
  readonly #positions: Int32Array;
  #numbers: Float64Array | undefined;

  /** Users get columns from a table. */
  constructor(variable: Variable, parts: ColumnParts, positions: Int32Array) {
    this.name = variable.name;
    this.title = variable.title;
    this.units = variable.units;
    this.description = variable.description;
    this.tags = variable.tags;
    this.kind = parts.numbers ? (parts.boolean ? 'boolean' : 'number') : 'mixed';
    this.length = positions.length;
    this.#parts = parts;
    this.#positions = positions;
  }

  /** The values as numbers by row: truth values as 0 and 1, NaN for what is none. */
  get numbers(): Float64Array {
    this.#numbers ??= Float64Array.from(this.#positions, (position, row) => this.#parts.numbers?.[position] ?? asNumber(this.at(row)));
    return this.#numbers;
  }

  /** What the table shows of a row; null when there is nothing. */
  at(row: number): Summary {
    const position = this.#positionOf(row);
    const {numbers, boolean, text, hasNumber} = this.#parts;
    if (!numbers) return summaryOf(text?.(position) ?? null);
    if (!hasNumber(position)) return null;
    return boolean ? numbers[position] === 1 : (numbers[position] as number);
  }

  state(row: number): CellState {
    return states[this.#parts.states[this.#positionOf(row)] ?? states.length - 1] ?? 'missing';
  }

  /** Why there is no value, or null. */
  error(row: number): string | null {
    return this.#parts.message?.(this.#positionOf(row)) ?? null;
  }

  /** Everything the table knows of a row. */
  value(row: number): CellValue {
    const {attributes, maxDiff} = (JSON.parse(this.#parts.details?.(this.#positionOf(row)) ?? 'null') as Details) ?? noDetails;
    return {
      state: this.state(row),
      summary: this.at(row),
      units: attributes?.units ?? this.units,
      error: this.error(row),
      maxDiff: maxDiff === null ? null : Number(maxDiff),
      attributes,
    };
  }

  *[Symbol.iterator](): Generator<Summary> {
    for (let row = 0; row < this.length; row++) yield this.at(row);
  }

  #positionOf(row: number): number {
    const position = this.#positions[row];
    if (position !== undefined) return position;
    throw new RangeError(`The table has ${this.length} rows, so there is no row ${row}; the first is 0.`);
  }
}

const noDetails: Details = {attributes: null, maxDiff: null};

const summaryOf = (json: string | null): Summary => (json === null ? null : summaryFromJson(JSON.parse(json)));

const asNumber = (summary: Summary): number =>
  typeof summary === 'number' || typeof summary === 'bigint' || typeof summary === 'boolean' ? Number(summary) : Number.NaN;
