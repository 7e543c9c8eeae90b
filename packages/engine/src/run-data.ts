import {stat} from 'node:fs/promises';
import {join} from 'node:path';
import {runDirectoryName} from '@firstlight/core';
import type {RunId} from '@firstlight/core';
import {findProposal, RunDirectories} from './intake/run-directories.ts';
import {unlessMissing} from './intake/run-state.ts';

/** Where a facility keeps its proposals when nothing else is said. */
export const facilityDataRoot = '/gpfs/exfel/exp';

/** Tells why there is nothing to read for a run, in one sentence, or undefined when its directory is there. */
export type RunCheck = (run: RunId) => Promise<string | undefined>;

/** Checks runs below a data root; a proposal is looked for once. */
export function runCheck(dataRoot: string): RunCheck {
  const found = new Map<number, Promise<string | undefined>>();
  return async ({proposal, run}) => {
    const finding = found.get(proposal) ?? findProposal(dataRoot, proposal);
    found.set(proposal, finding);
    const directory = await finding;
    if (directory === undefined)
      return `Proposal ${proposal} is not below ${dataRoot}; check the folder's data root, or ask for a mock run.`;
    for (const kind of ['raw', 'proc']) {
      if (await unlessMissing(stat(join(directory, kind, runDirectoryName(run))))) return undefined;
    }
    return `Run ${run} of proposal ${proposal} does not exist below ${directory}; \`firstlight show\` lists the runs there are, or is the folder's data root (--data) another one?`;
  };
}

/** The runs of some proposals that have a directory below a data root. */
export async function runsOnDisk(dataRoot: string, proposals: readonly number[]): Promise<RunId[]> {
  const lists = await new RunDirectories(dataRoot, proposals).lists();
  return lists.flat().map(({proposal, run}) => ({proposal, run}));
}
