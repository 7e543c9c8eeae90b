import type {Attributes, CellState, RunId, Summary} from '@firstlight/core';
import {type CellColumns, storedStates, summaryKinds} from './table-model.ts';

/** A stored cell on its way into columns. */
export interface StoredCell {
  readonly run: RunId;
  readonly name: number;
  readonly state: Exclude<CellState, 'missing'>;
  readonly summary: Summary;
  readonly attributes: Attributes | null;
  readonly maxDiff: number;
  readonly timestamp: number;
}

/** Fills columns of a known length, cell by cell. */
export class ColumnsBuilder {
  readonly columns: CellColumns;
  readonly #other = new Map<number, Summary>();
  readonly #attributes = new Map<number, Attributes>();
  #next = 0;

  constructor(length: number) {
    this.columns = {
      length,
      proposal: new Int32Array(length),
      run: new Int32Array(length),
      name: new Int32Array(length),
      state: new Uint8Array(length),
      kind: new Uint8Array(length),
      number: new Float64Array(length),
      maxDiff: new Float64Array(length),
      timestamp: new Float64Array(length),
      other: this.#other,
      attributes: this.#attributes,
    };
  }

  add({run, name, state, summary, attributes, maxDiff, timestamp}: StoredCell): void {
    const i = this.#next++;
    const {columns} = this;
    columns.proposal[i] = run.proposal;
    columns.run[i] = run.run;
    columns.name[i] = name;
    columns.state[i] = storedStates.indexOf(state);
    columns.maxDiff[i] = maxDiff;
    columns.timestamp[i] = timestamp;
    columns.kind[i] = summaryKinds.indexOf(this.#store(i, summary));
    if (attributes) this.#attributes.set(i, attributes);
  }

  #store(i: number, summary: Summary): (typeof summaryKinds)[number] {
    if (summary === null) return 'none';
    if (typeof summary === 'number' || typeof summary === 'boolean') {
      this.columns.number[i] = Number(summary);
      return typeof summary === 'number' ? 'number' : 'boolean';
    }
    if (typeof summary === 'object' && 'image' in summary) return 'image';
    this.#other.set(i, summary);
    return 'other';
  }
}
