import {resolve} from 'node:path';
import {isFirstlightError, sentenceOf} from '@firstlight/core';
import {HelperProcess} from '@firstlight/hdf5';
import {explained} from '../folder/errors.ts';
import {pathsOf} from '../folder/layout.ts';
import type {Filled} from './new-database.ts';
import {isOld} from './old-database.ts';
import type {MigrationPlan} from './steps.ts';

/** What a migration tells; as JSON lines this is what `firstlight migrate --json` prints. */
export type MigrationLine =
  | {
      readonly event: 'plan';
      readonly from: 0;
      readonly to: 4;
      readonly runs: number;
      readonly variables: readonly string[];
      readonly files: number;
    }
  /** A run file that is, or in a dry run would be, written anew; `parts` says what of it. */
  | {readonly event: 'file'; readonly file: string; readonly done: number; readonly of: number; readonly parts: readonly string[]}
  /** Something that could not be kept. */
  | {readonly event: 'note'; readonly text: string}
  | {readonly event: 'migrated'; readonly runs: number; readonly values: number; readonly files: number; readonly backup: string};

/**
 * Brings a folder of format 0 up to the current one. The original database and run files stay beside. It can be ended at any moment, and goes on where it was the
 * next time; until its last step the folder is of format 0.
 *
 * @param dryRun only tells what would be done.
 * @throws FirstlightError `not-ancient`, `folder-owned`, `no-permission`, `disk-full`.
 */
export async function* migrateFolder(
  dir: string,
  {dryRun = false, signal}: {dryRun?: boolean; signal?: AbortSignal} = {},
): AsyncGenerator<MigrationLine, void, undefined> {
  await using helper = await HelperProcess.start(new URL('../migrate-main.ts', import.meta.url), {
    name: `migration of ${dir}`,
    args: [resolve(dir)],
  });
  const found = await helper.call<MigrationPlan>('plan');
  const {runs, variables, files} = found;
  yield {event: 'plan', from: 0, to: 4, runs, variables, files: files.length};
  let renewed = 0;
  for (const [index, file] of files.entries()) {
    if (signal?.aborted) return;
    const {parts, notes} = await fileDone(helper, file, dryRun);
    if (parts.length > 0) renewed += 1;
    yield {event: 'file', file, done: index + 1, of: files.length, parts};
    for (const text of notes) yield {event: 'note', text};
  }
  if (dryRun || signal?.aborted) return;
  const {backup, notes, ...counts} = await helper.call<Filled & {backup: string}>('migrateDatabase');
  for (const text of notes) yield {event: 'note', text};
  yield {event: 'migrated', ...counts, files: renewed, backup};
}

interface FileDone {
  readonly parts: readonly string[];
  readonly notes: readonly string[];
}

/** A file that cannot be understood stays as it is: its summaries are in the database, too. */
async function fileDone(helper: HelperProcess, file: string, dryRun: boolean): Promise<FileDone> {
  try {
    const parts = await helper.call<string[]>('wordsOf', file);
    const notes = dryRun || parts.length === 0 ? [] : ((await helper.call<string[] | undefined>('migrateFile', file)) ?? []);
    return {parts, notes};
  } catch (error) {
    const isAboutFile = isFirstlightError(error) && (error.code === 'helper-crashed' || error.code.startsWith('hdf5-'));
    if (!isAboutFile) throw explained(error, file);
    return {parts: [], notes: [`${file} stays as it is: ${sentenceOf(error)}`]};
  }
}

/** Tells whether a folder is of format 0, which only `migrateFolder` understands. */
export const isAncient = (dir: string): boolean => isOld(pathsOf(dir).database);
