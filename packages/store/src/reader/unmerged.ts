import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {type RunId, runOfFragment} from '@firstlight/core';
import type {H5File} from '@firstlight/hdf5';
import {variablesIn} from '../fragment/areas.ts';
import {GuardedFile} from '../fragment/guarded.ts';
import {namesOfNone} from '../fragment/read.ts';

/**
 * Opens the newest complete fragment of a run that says something about a variable, or gives undefined when there is none.
 *
 * A value is announced when its fragment is complete; until the writer has merged it, the run's file still holds the old value or none.
 */
export function openUnmerged(extractedData: string, run: RunId, name: string): H5File | undefined {
  for (const fileName of newestFirst(extractedData, run)) {
    const file = openIfThere(join(extractedData, fileName));
    if (file && (variablesIn(file).includes(name) || namesOfNone(file).includes(name))) return file;
    file?.[Symbol.dispose]();
  }
  return undefined;
}

function newestFirst(extractedData: string, {proposal, run}: RunId): string[] {
  const fragments = readdirSync(extractedData).filter((fileName) => {
    const of = runOfFragment(fileName);
    return of?.proposal === proposal && of.run === run;
  });
  return fragments
    .map((fileName) => ({fileName, time: statSync(join(extractedData, fileName), {throwIfNoEntry: false, bigint: true})?.mtimeNs ?? 0n}))
    .sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : a.fileName < b.fileName ? 1 : -1))
    .map(({fileName}) => fileName);
}

/** The writer may have merged and removed it since we looked; then the run's file has its values. One that is damaged or poisoned is the writer's to report. */
export function openIfThere(path: string): H5File | undefined {
  try {
    return GuardedFile.open(path).release();
  } catch {
    return undefined;
  }
}
