import {lstatSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {isFirstlightError, type RunId, runFileName, sentenceOf} from '@firstlight/core';
import type {Connection} from '../database/connection.ts';
import {ensureRun} from '../database/runs.ts';
import {storeValues} from '../database/values.ts';
import {ensureVariables} from '../database/variables.ts';
import {faultPoint} from '../fault-point.ts';
import {isDiskFull, isForbidden} from '../folder/errors.ts';
import type {FolderPaths} from '../folder/layout.ts';
import type {OwnerRule} from '../fragment/owners.ts';
import type {FragmentContents} from '../fragment/read.ts';
import {Keeper} from '../history/keeper.ts';
import {addVersion, noteKept, noticeRow} from '../history/record.ts';
import type {Attempts} from './attempts.ts';
import {damageOfFragment, damageOfRunFile} from './damage.ts';
import {quarantine} from './quarantine.ts';
import type {Ledger} from './report.ts';
import {type FragmentRows, rowsOf} from './rows.ts';
import {mergeIntoRunFile} from './run-file.ts';

const mostCrashes = 3;

/** What a merge works with. */
export interface Merging {
  readonly paths: FolderPaths;
  readonly connection: Connection;
  /** Seconds since 1970. */
  readonly now: () => number;
  readonly ledger: Ledger;
  readonly attempts: Attempts;
  /** Whose fragments are taken. */
  readonly owners: OwnerRule;
  /** Throws when the folder is another's by now; asked before anything is written that others see. */
  readonly assertOwn: () => void;
}

/**
 * Merges fragments of a run, oldest first; what cannot be read goes to quarantine. Throws for trouble that another try may overcome (disk, permission,
 * database); then all fragments are still there.
 */
export function mergeRun(merging: Merging, run: RunId, fragments: readonly string[]): void {
  const {attempts, ledger, paths} = merging;
  const crashes = attempts.crashesOf(fragments);
  if (crashes > 0 && fragments.length > 1) return mergeOneByOne(merging, run, fragments);
  if (crashes >= mostCrashes)
    return ledger.addQuarantined(quarantine(paths, fragments[0] as string, `the writer ended ${crashes} times while it merged it`));
  try {
    ledger.addMerged(
      run,
      attempts.during(fragments, () => mergeTogether(merging, run, fragments)),
    );
  } catch (error) {
    if (!isAboutContent(error)) throw error;
    // One of them is bad, or the file they go to: find it by merging them one by one.
    if (fragments.length > 1) mergeOneByOne(merging, run, fragments);
    else putAside(merging, run, fragments[0] as string, error);
  }
}

function mergeOneByOne(merging: Merging, run: RunId, fragments: readonly string[]): void {
  for (const fragment of fragments) mergeRun(merging, run, [fragment]);
}

function mergeTogether(
  {paths, connection, ledger, now, owners, assertOwn}: Merging,
  run: RunId,
  fragments: readonly string[],
): {names: string[]; startTime: number | undefined} {
  const keeper = new Keeper(connection, paths, {run, fragments});
  const contents = mergeIntoRunFile(paths.extractedData, run, fragments, {owners, keeper, assertOwn});
  const time = now();
  const changes = contents.map((content, index) =>
    rowsOf(onlyNew(content, keeper, fragments[index] as string), time, fragments[index] as string),
  );
  const startTime = commit(connection, run, {changes, keeper, addedAt: time, assertOwn});
  ledger.addKept(keeper.kept.length);
  ledger.addNotes([...keeper.problems, ...originProblems(contents, fragments)]);
  faultPoint('writer:after-commit');
  for (const fragment of fragments) {
    rmSync(join(paths.extractedData, fragment), {force: true});
    faultPoint('writer:between-unlinks');
  }
  return {startTime, names: [...new Set(contents.flatMap(({entries}) => entries.map(({name}) => name)))]};
}

interface Changes {
  readonly changes: readonly FragmentRows[];
  readonly keeper: Keeper;
  readonly addedAt: number;
  readonly assertOwn: () => void;
}

function commit(connection: Connection, run: RunId, {changes, keeper, addedAt, assertOwn}: Changes): number | undefined {
  const startTime = changes.findLast((change) => change.startTime !== undefined)?.startTime;
  const remove = connection.prepare('DELETE FROM run_variables WHERE proposal = ? AND run = ? AND name = ?');
  const names = new Set(changes.flatMap(({versions}) => versions.map(({name}) => name)));
  const withRow = new Set(changes.flatMap(({rows}) => rows.map(({name}) => name)));
  const write = connection.transaction(() => {
    ensureRun(connection, run, {addedAt, startTime});
    ensureVariables(connection, [...withRow]);
    for (const name of names) noticeRow(connection, run, name, {seen: () => keeper.seen(name)});
    for (const {rows, gone, versions} of changes) {
      storeValues(connection, run, rows);
      for (const name of gone) remove.run(BigInt(run.proposal), BigInt(run.run), name);
      for (const version of versions) addVersion(connection, run, version);
    }
    for (const kept of keeper.kept) noteKept(connection, run, kept);
    faultPoint('writer:before-commit');
    assertOwn();
  });
  write.immediate(); // takes the write lock at once and waits for others up to the connection's 30 s
  return startTime;
}

// What was merged before a crash, and perhaps changed by someone since, stays as it is.
const onlyNew = (content: FragmentContents, keeper: Keeper, fragment: string): FragmentContents => ({
  ...content,
  entries: content.entries.filter(({name}) => keeper.isNew(name, fragment)),
});

/** One sentence for a merge: a runner that says it wrong does so for all values. */
function originProblems(contents: readonly FragmentContents[], fragments: readonly string[]): string[] {
  const bad = contents.flatMap(({origins: {problem}}, index) => (problem === undefined ? [] : [{fragment: fragments[index], problem}]));
  const [first] = bad;
  if (!first) return [];
  const which = bad.length === 1 ? `${first.fragment} was` : `${first.fragment} and ${bad.length - 1} more were`;
  return [`${which} stored, but not what its values were made of: ${first.problem}`];
}

/** False for trouble of the disk, of the system or of the database, which another try may overcome. */
function isAboutContent(error: unknown): boolean {
  if (isDiskFull(error) || isForbidden(error) || isFirstlightError(error, 'fragment-changed')) return false;
  if (isFirstlightError(error, 'folder-owned')) return false;
  const {errno, code} = error as {errno?: unknown; code?: unknown};
  return errno === undefined && !String(code).startsWith('SQLITE_');
}

const freshMs = 10_000;

/** Moves out of the way what stands in it: the fragment, or the run's damaged file. */
function putAside(merging: Merging, run: RunId, fragment: string, error: unknown): void {
  const {paths, ledger} = merging;
  const path = join(paths.extractedData, fragment);
  const stats = lstatSync(path, {throwIfNoEntry: false});
  if (!stats) return; // another program has merged it
  if (isFirstlightError(error, 'poisoned-fragment')) return ledger.addQuarantined(quarantine(paths, fragment, sentenceOf(error)));
  // The official writer gives a fragment its name first and lets others read it a moment later.
  if (isFirstlightError(error, 'hdf5-permission') && Date.now() - stats.mtimeMs < freshMs) return;
  const damage = damageOfFragment(path);
  if (damage !== undefined) return ledger.addQuarantined(quarantine(paths, fragment, damage));
  const damageOfTarget = damageOfRunFile(paths, run);
  if (damageOfTarget === undefined) {
    if (isFirstlightError(error) && error.code.startsWith('hdf5-')) throw error; // neither is damaged: the disk was
    return ledger.addQuarantined(quarantine(paths, fragment, sentenceOf(error)));
  }
  ledger.addQuarantined(quarantine(paths, runFileName(run), damageOfTarget));
  mergeRun(merging, run, [fragment]);
}
