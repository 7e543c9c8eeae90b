import type {RunId} from '@firstlight/core';
import type {Quarantined} from './quarantine.ts';

/** What a merge changed. */
export interface MergeReport {
  readonly merged: readonly {readonly run: RunId; readonly names: readonly string[]}[];
  /** Start times that became known, in seconds since 1970. */
  readonly startTimes: readonly {readonly run: RunId; readonly startTime: number}[];
  readonly quarantined: readonly Quarantined[];
  /** How many values were replaced whose data is kept as that of an older version; see `pruneKept`. */
  readonly kept: number;
  /** What a person should know of values that were stored, a sentence each. */
  readonly notes: readonly string[];
}

/** A report in the making; it outlives a merge that was stopped by a full disk, so that the next one tells of both. */
export class Ledger {
  #merged: {run: RunId; names: readonly string[]; startTime: number | undefined}[] = [];
  #quarantined: Quarantined[] = [];
  #notes: string[] = [];
  #kept = 0;

  addMerged(run: RunId, {names, startTime}: {names: readonly string[]; startTime: number | undefined}): void {
    this.#merged.push({run, names, startTime});
  }

  addQuarantined(quarantined: Quarantined): void {
    this.#quarantined.push(quarantined);
  }

  addKept(count: number): void {
    this.#kept += count;
  }

  addNotes(notes: readonly string[]): void {
    this.#notes.push(...notes);
  }

  /** Everything noted since the last time this was called. */
  close(): MergeReport {
    const [merged, quarantined, notes] = [this.#merged, this.#quarantined, this.#notes];
    this.#merged = [];
    this.#quarantined = [];
    this.#notes = [];
    const kept = this.#kept;
    this.#kept = 0;
    return {
      merged: merged.map(({run, names}) => ({run, names})),
      startTimes: merged.flatMap(({run, startTime}) => (startTime === undefined ? [] : [{run, startTime}])),
      quarantined,
      kept,
      notes,
    };
  }
}
