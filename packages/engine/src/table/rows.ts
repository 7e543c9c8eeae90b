import type {RunId} from '@firstlight/core';

/** Numbers runs in the order in which they become known; a run keeps its number. */
export class RowNumbers {
  readonly #ofProposal = new Map<number, Map<number, number>>();
  readonly #runs: RunId[] = [];

  /** How many runs there are. */
  get count(): number {
    return this.#runs.length;
  }

  /** The number of a run, or -1. */
  find({proposal, run}: RunId): number {
    return this.#ofProposal.get(proposal)?.get(run) ?? -1;
  }

  /** The number of a run, which gets one if it had none. */
  ensure({proposal, run}: RunId): number {
    let numbers = this.#ofProposal.get(proposal);
    if (!numbers) this.#ofProposal.set(proposal, (numbers = new Map()));
    const known = numbers.get(run);
    if (known !== undefined) return known;
    numbers.set(run, this.#runs.length);
    return this.#runs.push({proposal, run}) - 1;
  }

  /** The run of a number. */
  runAt(row: number): RunId {
    return this.#runs[row] as RunId;
  }
}

/** Whether `a` comes before `b`, by proposal and run number: negative, zero or positive. */
export const byProposalAndRun = (a: RunId, b: RunId): number => a.proposal - b.proposal || a.run - b.run;
