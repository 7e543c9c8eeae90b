import {readdir, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {FirstlightError, runFileName, runOfFragment} from '@firstlight/core';
import type {RunId} from '@firstlight/core';
import {assertRun, assertVariable} from '../experiments/catalogue.ts';
import type {Catalogue} from '../experiments/catalogue.ts';
import type {ServedExperiment} from '../experiments/served.ts';

/** A value's place: which experiment, which run, which variable, and (when it is not the newest) which version. */
export interface Place {
  readonly id: string;
  readonly experiment: ServedExperiment;
  readonly run: RunId;
  readonly name: string;
  readonly version?: number | undefined;
}

/** The parameters of `/api/experiments/:id/runs/:proposal/:run/:name`. */
export interface PlaceParams {
  readonly id: string;
  readonly proposal: string;
  readonly run: string;
  readonly name: string;
}

/** Finds a place, once what is stored of its run is in memory. @throws FirstlightError `no-such-experiment`, `no-such-run`, `no-such-variable`, `bad-request`. */
export async function placeOf(catalogue: Catalogue, {id, name, ...params}: PlaceParams, version?: number): Promise<Place> {
  const experiment = catalogue.find(id);
  const run = runOf(params);
  assertRun(experiment, run);
  await experiment.loaded([run]);
  assertVariable(experiment, run, name);
  return {id, experiment, run, name, version};
}

/** Reads a run out of an address. @throws FirstlightError `bad-request`. */
export const runOf = ({proposal, run}: Pick<PlaceParams, 'proposal' | 'run'>): RunId => ({
  proposal: wholeNumber(proposal),
  run: wholeNumber(run),
});

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new FirstlightError('bad-request', `"${text}" is not a number; a value's address is /api/experiments/ID/runs/PROPOSAL/RUN/NAME.`);
}

/**
 * What identifies the stored values of a run as they are now.
 *
 * The writer replaces the run's file whenever something in it changes, so its inode, size and time never all stay the same; what it has not merged yet are files of
 * names used once.
 */
export async function identityOf({experiment, run}: Place): Promise<string> {
  const {extractedData} = experiment.folder;
  const [file, fragments] = await Promise.all([fileIdentity(join(extractedData, runFileName(run))), unmerged(extractedData, run)]);
  return [file, ...fragments].join(' ');
}

async function fileIdentity(path: string): Promise<string> {
  try {
    const {ino, size, mtimeNs} = await stat(path, {bigint: true});
    return `${ino}-${size}-${mtimeNs}`;
  } catch (error) {
    if (isMissing(error)) return 'none';
    throw error;
  }
}

async function unmerged(extractedData: string, {proposal, run}: RunId): Promise<string[]> {
  const names = await readdir(extractedData).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const own = (of: RunId | undefined) => of?.proposal === proposal && of.run === run;
  return names.filter((name) => own(runOfFragment(name))).sort();
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';
