import type {Attributes, CellState, Summary} from '@firstlight/core';
import {type CellColumns, storedStates, summaryKinds} from './table-model.ts';

const codeOf = (kind: (typeof summaryKinds)[number]): number => summaryKinds.indexOf(kind);
const [none, number, boolean, image, other] = [codeOf('none'), codeOf('number'), codeOf('boolean'), codeOf('image'), codeOf('other')];
const ok = storedStates.indexOf('ok');

/** What of a stored cell is not a plain number. */
export interface StoredCell {
  readonly state: Exclude<CellState, 'missing'>;
  readonly summary: Summary;
  readonly attributes: Attributes | null;
  /** When it was written, in seconds since 1970; needed of pictures only. */
  readonly timestamp: number;
}

/** Fills columns of at most `capacity` cells, cell by cell, run by run. */
export class ColumnsBuilder {
  readonly #proposals: number[] = [];
  readonly #runs: number[] = [];
  readonly #starts: number[] = [];
  readonly #names: string[] = [];
  readonly #indexOf = new Map<string, number>();
  readonly #name: Int32Array;
  readonly #state: Uint8Array;
  readonly #kind: Uint8Array;
  readonly #number: Float64Array;
  readonly #other = new Map<number, Summary>();
  readonly #attributes = new Map<number, Attributes>();
  #maxDiff = new Float64Array();
  #next = 0;
  #lastName = -1;

  constructor(capacity: number) {
    this.#name = new Int32Array(capacity);
    this.#state = new Uint8Array(capacity);
    this.#kind = new Uint8Array(capacity);
    this.#number = new Float64Array(capacity);
  }

  /** Begins the cells of a run. */
  beginRun(proposal: number, run: number): void {
    this.#proposals.push(proposal);
    this.#runs.push(run);
    this.#starts.push(this.#next);
    this.#lastName = -1;
  }

  /** Adds a number without attributes: what nearly all cells are. */
  addNumber(name: string, value: number): void {
    const i = this.#begin(name);
    this.#state[i] = ok;
    this.#kind[i] = number;
    this.#number[i] = value;
  }

  add(name: string, {state, summary, attributes, timestamp}: StoredCell): void {
    const i = this.#begin(name);
    this.#state[i] = storedStates.indexOf(state);
    this.#kind[i] = this.#store(i, summary, timestamp);
    if (attributes) this.#attributes.set(i, attributes);
  }

  /** Says how far the data of the cell added last spread. */
  setMaxDiff(maxDiff: number): void {
    if (this.#maxDiff.length === 0) this.#maxDiff = new Float64Array(this.#number.length).fill(Number.NaN);
    this.#maxDiff[this.#next - 1] = maxDiff;
  }

  /** The columns as they are filled; the builder is not to be used any more. */
  build(): CellColumns {
    const length = this.#next;
    return {
      length,
      proposals: Int32Array.from(this.#proposals),
      runs: Int32Array.from(this.#runs),
      starts: Int32Array.from([...this.#starts, length]),
      names: this.#names,
      name: this.#name.subarray(0, length),
      state: this.#state.subarray(0, length),
      kind: this.#kind.subarray(0, length),
      number: this.#number.subarray(0, length),
      maxDiff: this.#maxDiff.subarray(0, length),
      other: this.#other,
      attributes: this.#attributes,
    };
  }

  #begin(name: string): number {
    // Runs mostly have the same variables in the same order; comparing a text is much cheaper than looking it up.
    const likely = this.#lastName + 1;
    this.#lastName = this.#names[likely] === name ? likely : this.#intern(name);
    this.#name[this.#next] = this.#lastName;
    return this.#next++;
  }

  #intern(name: string): number {
    const known = this.#indexOf.get(name);
    if (known !== undefined) return known;
    this.#indexOf.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }

  #store(i: number, summary: Summary, timestamp: number): number {
    if (summary === null) return none;
    if (typeof summary === 'number' || typeof summary === 'boolean') {
      this.#number[i] = Number(summary);
      return typeof summary === 'number' ? number : boolean;
    }
    if (typeof summary === 'object' && 'image' in summary) {
      this.#number[i] = timestamp;
      return image;
    }
    this.#other.set(i, summary);
    return other;
  }
}
