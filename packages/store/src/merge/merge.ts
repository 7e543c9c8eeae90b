import {explained} from '../folder/errors.ts';
import {type Merging, mergeRun} from './merge-run.ts';
import type {MergeReport} from './report.ts';
import {waitingFragments} from './waiting.ts';

/**
 * Merges complete fragments of a folder: the named ones, or all, ours and those of official tools.
 *
 * For each run: its file is rewritten beside and renamed, the rows are committed, then the fragments are removed, oldest first; ending anywhere and starting
 * again gives the same result. A fragment that cannot be read goes to `.firstlight/quarantine/`, and so does a run's file that is damaged (its rows stay).
 *
 * Throws `disk-full`, `database-locked`, `no-permission` or what else went wrong with a run, after all others were tried; what is merged by then stays
 * merged and is told by the next report, everything else stays a fragment.
 */
export function mergeFragments(merging: Merging, names?: readonly string[]): MergeReport {
  const errors: unknown[] = [];
  for (const {run, fragments} of waitingFragments(merging.paths.extractedData, names)) {
    try {
      mergeRun(merging, run, fragments);
    } catch (error) {
      errors.push(error); // one run's trouble is no reason to keep the others waiting
    }
  }
  if (errors.length > 0) throw explained(errors[0], merging.paths.dir);
  return merging.ledger.close();
}
