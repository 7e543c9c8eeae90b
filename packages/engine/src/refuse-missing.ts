import type {JobFinished} from '@firstlight/core';
import type {Entry} from './queue/entry.ts';
import {runCheck} from './run-data.ts';

/** Tells which runs have no data, and why; the others are accepted. */
export async function refuseMissing(
  {dataRoot}: {readonly dataRoot: string},
  entries: readonly Entry[],
): Promise<{refused: JobFinished[]; accepted: Entry[]}> {
  const refused: JobFinished[] = [];
  const accepted: Entry[] = [];
  const whyNoRun = runCheck(dataRoot);
  for (const entry of entries) {
    const {key: job, proposal, run, mock} = entry;
    const message = mock ? undefined : await whyNoRun(entry);
    if (message === undefined) accepted.push(entry);
    else refused.push({event: 'finished', job, proposal, run, outcome: 'failed', message, seconds: 0});
  }
  return {refused, accepted};
}
