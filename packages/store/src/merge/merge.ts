import {type BigIntStats, existsSync, readdirSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {isFirstlightError, type RunId, runFileName, runOfFragment, sentenceOf} from '@firstlight/core';
import type {Connection} from '../database/connection.ts';
import {ensureRun} from '../database/runs.ts';
import {storeValues} from '../database/values.ts';
import {ensureVariables} from '../database/variables.ts';
import {faultPoint} from '../fault-point.ts';
import {explained, isDiskFull, isForbidden} from '../folder/errors.ts';
import type {FolderPaths} from '../folder/layout.ts';
import type {FragmentContents} from '../fragment/read.ts';
import {damageOfFragment, damageOfRunFile} from './damage.ts';
import {type Quarantined, quarantine} from './quarantine.ts';
import {rowsOf} from './rows.ts';
import {mergeIntoRunFile} from './run-file.ts';

/** What a merge changed. */
export interface MergeReport {
  readonly merged: readonly {readonly run: RunId; readonly names: readonly string[]}[];
  /** Start times that became known, in seconds since 1970. */
  readonly startTimes: readonly {readonly run: RunId; readonly startTime: number}[];
  readonly quarantined: readonly Quarantined[];
}

interface MergedRun {
  readonly run: RunId;
  readonly names: readonly string[];
  readonly startTime: number | undefined;
}

/**
 * Merges all complete fragments of a folder, ours and those of official tools, oldest first.
 *
 * For each run: its file is rewritten beside and renamed, the rows are committed, then the fragments are removed, oldest first; ending anywhere and starting
 * again gives the same result. A fragment that cannot be read goes to `.firstlight/quarantine/`, and so does a run's file that is damaged (its rows stay).
 *
 * Throws `disk-full` or `no-permission`; what is merged by then stays merged, everything else stays a fragment.
 */
export function mergeFragments(paths: FolderPaths, connection: Connection, now: () => number = () => Date.now() / 1000): MergeReport {
  const merged: MergedRun[] = [];
  const quarantined: Quarantined[] = [];
  try {
    for (const {run, fragments} of fragmentsByRun(paths.extractedData)) {
      merged.push(...mergeRun({paths, connection, now, quarantined}, run, fragments));
    }
  } catch (error) {
    throw explained(error, paths.dir);
  }
  return {
    merged: merged.map(({run, names}) => ({run, names})),
    startTimes: merged.flatMap(({run, startTime}) => (startTime === undefined ? [] : [{run, startTime}])),
    quarantined,
  };
}

interface Merging {
  readonly paths: FolderPaths;
  readonly connection: Connection;
  readonly now: () => number;
  readonly quarantined: Quarantined[];
}

function mergeRun(merging: Merging, run: RunId, fragments: readonly string[]): MergedRun[] {
  try {
    return [mergeTogether(merging, run, fragments)];
  } catch (error) {
    if (!isAboutContent(error)) throw error;
    const damage = damageOfRunFile(merging.paths, run);
    if (damage !== undefined) {
      merging.quarantined.push(quarantine(merging.paths, runFileName(run), damage));
      return mergeRun(merging, run, fragments);
    }
    if (fragments.length > 1) return fragments.flatMap((fragment) => mergeRun(merging, run, [fragment])); // one of them is bad: find it
    return putAside(merging, fragments[0] as string, error);
  }
}

/** A fragment that cannot be merged goes out of the way of the others, unless the trouble is elsewhere. */
function putAside({paths, quarantined}: Merging, fragment: string, error: unknown): [] {
  const path = join(paths.extractedData, fragment);
  if (!existsSync(path)) return []; // another program has merged it
  const damage = damageOfFragment(path);
  if (damage === undefined && isFirstlightError(error) && error.code.startsWith('hdf5-')) throw error;
  quarantined.push(quarantine(paths, fragment, damage ?? sentenceOf(error)));
  return [];
}

/** False for trouble of the disk, of the system or of the database, which another try may overcome. */
function isAboutContent(error: unknown): boolean {
  if (isDiskFull(error) || isForbidden(error)) return false;
  const {errno, code} = error as {errno?: unknown; code?: unknown};
  return errno === undefined && !String(code).startsWith('SQLITE_');
}

function mergeTogether({paths, connection, now}: Merging, run: RunId, fragments: readonly string[]): MergedRun {
  const contents = mergeIntoRunFile(paths.extractedData, run, fragments);
  const startTime = commit(connection, run, contents, now());
  faultPoint('writer:after-commit');
  for (const fragment of fragments) {
    rmSync(join(paths.extractedData, fragment), {force: true});
    faultPoint('writer:between-unlinks');
  }
  return {run, startTime, names: [...new Set(contents.flatMap(({entries}) => entries.map(({name}) => name)))]};
}

function commit(connection: Connection, run: RunId, contents: readonly FragmentContents[], now: number): number | undefined {
  let startTime: number | undefined;
  const remove = connection.prepare('DELETE FROM run_variables WHERE proposal = ? AND run = ? AND name = ?');
  const write = connection.transaction(() => {
    for (const content of contents) {
      const changes = rowsOf(content, now);
      ensureRun(connection, run, {addedAt: now, startTime: changes.startTime});
      ensureVariables(
        connection,
        changes.rows.map(({name}) => name),
      );
      storeValues(connection, run, changes.rows);
      for (const name of changes.gone) remove.run(BigInt(run.proposal), BigInt(run.run), name);
      startTime = changes.startTime ?? startTime;
    }
    faultPoint('writer:before-commit');
  });
  write.immediate(); // takes the write lock at once and waits for others up to the connection's 30 s
  return startTime;
}

/** All complete fragments, by run, each run's oldest first. */
function fragmentsByRun(extractedData: string): {run: RunId; fragments: string[]}[] {
  const found = readdirSync(extractedData).flatMap((name) => {
    const run = runOfFragment(name);
    const stats = run && statSync(join(extractedData, name), {bigint: true, throwIfNoEntry: false});
    return run && stats ? [{run, name, stats}] : [];
  });
  found.sort(byAge);
  const groups = Map.groupBy(found, ({name}) => name.slice(0, name.indexOf('.')));
  return [...groups.values()].map((group) => ({run: (group[0] as {run: RunId}).run, fragments: group.map(({name}) => name)}));
}

function byAge(a: {name: string; stats: BigIntStats}, b: {name: string; stats: BigIntStats}): number {
  const difference = a.stats.mtimeNs - b.stats.mtimeNs;
  if (difference !== 0n) return difference < 0n ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}
