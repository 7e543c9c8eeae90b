import {readdir, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {proposalDirectoryName, type RunId} from '@firstlight/core';
import {unlessMissing} from './run-state.ts';
import type {DataTrigger} from './seen.ts';

/** A run directory that exists. */
export interface RunDirectory extends RunId {
  readonly trigger: DataTrigger;
  readonly path: string;
}

const TRIGGERS: readonly DataTrigger[] = ['raw', 'proc'];
// The clock of a file server may tick coarsely: a directory can change twice within a tick. Listing again now and then catches that.
const LIST_AGAIN_AFTER_POLLS = 20;
const FIND_AGAIN_AFTER_POLLS = 4;

/**
 * Finds the run directories of some proposals below a data root, `root/INSTRUMENT/CYCLE/pNNNNNN/{raw,proc}/rNNNN`.
 *
 * Made to be asked again and again: a directory is listed only when its time of change says so, and what is not there yet is looked for less often.
 */
export class RunDirectories {
  readonly #dataRoot: string;
  readonly #proposals: readonly number[];
  readonly #found = new Map<number, string>();
  readonly #lists = new Map<string, {changedNs: bigint; runs: readonly RunDirectory[]}>();
  #polls = 0;

  constructor(dataRoot: string, proposals: readonly number[]) {
    this.#dataRoot = dataRoot;
    this.#proposals = proposals;
  }

  /** The run directories there are: one list per proposal and kind of data, highest run number first. */
  async lists(): Promise<readonly (readonly RunDirectory[])[]> {
    const lists: (readonly RunDirectory[])[] = [];
    for (const proposal of this.#proposals) {
      const directory = await this.#find(proposal);
      if (directory === undefined) continue;
      for (const trigger of TRIGGERS) lists.push(await this.#listRuns(join(directory, trigger), proposal, trigger));
    }
    this.#polls += 1;
    return lists;
  }

  async #find(proposal: number): Promise<string | undefined> {
    const known = this.#found.get(proposal);
    if (known !== undefined || this.#polls % FIND_AGAIN_AFTER_POLLS !== 0) return known;
    const found = await findProposal(this.#dataRoot, proposal);
    if (found !== undefined) this.#found.set(proposal, found);
    return found;
  }

  async #listRuns(directory: string, proposal: number, trigger: DataTrigger): Promise<readonly RunDirectory[]> {
    const changedNs = (await unlessMissing(stat(directory, {bigint: true})))?.mtimeNs;
    if (changedNs === undefined) return [];
    const known = this.#lists.get(directory);
    if (known?.changedNs === changedNs && this.#polls % LIST_AGAIN_AFTER_POLLS !== 0) return known.runs;
    const names = (await unlessMissing(readdir(directory))) ?? [];
    const runs = names.flatMap((name) => runOf(name).map((run) => ({proposal, run, trigger, path: join(directory, name)})));
    runs.sort((a, b) => b.run - a.run);
    this.#lists.set(directory, {changedNs, runs});
    return runs;
  }
}

// `r0012` is run 12; anything else is none.
const runOf = (name: string): number[] => (/^r\d{4,}$/.test(name) ? [Number(name.slice(1))] : []);

/** The directory of a proposal below a data root, or undefined if it is not there. */
export const findProposal = async (dataRoot: string, proposal: number): Promise<string | undefined> => {
  for (const instrument of await listDirectory(dataRoot)) {
    for (const cycle of await listDirectory(join(dataRoot, instrument))) {
      const directory = join(dataRoot, instrument, cycle, proposalDirectoryName(proposal));
      if (await unlessMissing(stat(directory))) return directory;
    }
  }
  return undefined;
};

const listDirectory = async (directory: string): Promise<string[]> => (await unlessMissing(readdir(directory)))?.sort() ?? [];
