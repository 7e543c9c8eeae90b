import {existsSync, readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {isFirstlightError, type RunId, runFileName, runOfFragment, sentenceOf} from '@firstlight/core';
import {type H5File, openFile} from '@firstlight/hdf5';
import type {Connection} from '../database/connection.ts';
import type {FolderPaths} from '../folder/layout.ts';
import {areas, variablesIn} from '../fragment/areas.ts';
import {outwardPart} from '../fragment/outward.ts';
import {namesOfNone, summaryOf} from '../fragment/read.ts';
import {openIfThere} from '../reader/unmerged.ts';
import {type Defect, defectOf, type RunCheck} from './defects.ts';
import {pathsByName, unreadable} from './read-all.ts';
import {sameSummary} from './same-summary.ts';
import {latestVersions, rowsMark, type StoredRow, storedRows} from './stored-rows.ts';

const startTimeName = 'start_time';
const lockTimeoutMs = 5_000; // an official tool may be merging into the file

/**
 * Reads every value of a run, and compares what its file, the table and the history say of it. It changes nothing.
 *
 * @param names only these variables; default all.
 */
export function checkRun(connection: Connection, paths: FolderPaths, run: RunId, names?: readonly string[]): RunCheck {
  const mark = markOf(connection, paths, run);
  const waitedBefore = waitingNames(paths, run);
  const rows = storedRows(connection, run);
  const path = join(paths.extractedData, runFileName(run));
  const {values, defects} = existsSync(path)
    ? checkFile(connection, path, run, {rows, names})
    : checkMissing(connection, run, {rows, names});
  const onTheirWay = new Set([...waitedBefore, ...waitingNames(paths, run)]);
  return {
    values,
    defects: defects.filter(({name}) => name === null || !onTheirWay.has(name)),
    isSettled: mark === markOf(connection, paths, run),
  };
}

/** The names of all values that a run has, in the table or in its file. */
export function namesOfRun(connection: Connection, paths: FolderPaths, run: RunId): string[] {
  const path = join(paths.extractedData, runFileName(run));
  const stored = [...storedRows(connection, run).keys(), ...latestVersions(connection, run).map(({name}) => name)];
  if (!existsSync(path)) return stored;
  using file = openFile(path, 'r', {lockTimeoutMs});
  return [...new Set([...stored, ...variablesIn(file)])];
}

interface Asked {
  readonly rows: ReadonlyMap<string, StoredRow>;
  readonly names: readonly string[] | undefined;
}

type Found = Pick<RunCheck, 'values' | 'defects'>;

function checkFile(connection: Connection, path: string, run: RunId, asked: Asked): Found {
  try {
    using file = openFile(path, 'r', {lockTimeoutMs});
    const outward = outwardPart(file);
    if (outward !== undefined) return damaged(run, `The run's file leads out of itself: ${outward}.`);
    return checkOpened(connection, file, run, asked);
  } catch (error) {
    if (!isFirstlightError(error) || !error.code.startsWith('hdf5-')) throw error;
    return damaged(run, `The run's file cannot be read: ${sentenceOf(error)}`);
  }
}

const damaged = (run: RunId, text: string): Found => ({values: 0, defects: [defectOf(run, 'corrupt', null, text)]});

function checkOpened(connection: Connection, file: H5File, run: RunId, asked: Asked): Found {
  const inFile = pathsByName(file);
  const names = asked.names ?? [...new Set([...inFile.keys(), ...asked.rows.keys()])];
  const defects = names.flatMap((name) => {
    const paths = inFile.get(name);
    if (name === startTimeName) return checkStartTime(connection, file, run, paths ?? []);
    const row = asked.rows.get(name);
    const found = paths ? checkValue(file, paths, {name, row}) : checkRowAlone(row);
    return found ? [defectOf(run, found[0], name, found[1])] : [];
  });
  const holdsData = (name: string): boolean =>
    inFile.get(name)?.some((path) => dataPlaces.some((place) => path === `${place}/${name}`)) ?? false;
  const known = new Set(defects.map(({name}) => name));
  const lost = lostVersions(connection, run, {...asked, holdsData}).filter(({name}) => !known.has(name));
  return {values: names.filter((name) => name !== startTimeName).length, defects: [...defects, ...lost]};
}

/** A run without a file has only what people typed. */
function checkMissing(connection: Connection, run: RunId, asked: Asked): Found {
  const names = asked.names ?? [...asked.rows.keys()];
  const defects = names.flatMap((name) => {
    const found = checkRowAlone(asked.rows.get(name));
    return found ? [defectOf(run, found[0], name, found[1])] : [];
  });
  const known = new Set(defects.map(({name}) => name));
  const lost = lostVersions(connection, run, {...asked, holdsData: () => false});
  return {values: names.length, defects: [...defects, ...lost.filter(({name}) => !known.has(name))]};
}

type Finding = readonly [kind: Defect['kind'], text: string] | undefined;

const dataPlaces = ['', areas.preview];

function checkValue(file: H5File, paths: readonly string[], {name, row}: {name: string; row: StoredRow | undefined}): Finding {
  const why = unreadable(file, paths);
  if (why !== undefined) return ['corrupt', `It cannot be read: ${why}`];
  if (row?.isEdited) return undefined; // what a person typed counts, whatever a file of long ago says
  if (paths.includes(`${areas.errors}/${name}`)) return checkFailure(row);
  const summary = summaryOf(file, name);
  if (!summary) return undefined; // data alone: the table has no row of it
  if (!row) return ['orphaned', "The run's file holds it, but the table does not know it."];
  return sameSummary(summary, row) ? undefined : ['corrupt', "The table says something else than the run's file."];
}

function checkFailure(row: StoredRow | undefined): Finding {
  if (!row) return ['orphaned', "The run's file holds an error, but the table does not know it."];
  return row.value === null ? undefined : ['corrupt', "The table has a value where the run's file has an error."];
}

function checkRowAlone(row: StoredRow | undefined): Finding {
  if (!row || row.value === null || row.isEdited) return undefined;
  return ['lost', "The table has a value of which the run's file holds nothing."];
}

/** What the history says was stored last, and is not there. */
function lostVersions(
  connection: Connection,
  run: RunId,
  {rows, names, holdsData}: Asked & {holdsData: (name: string) => boolean},
): Defect[] {
  const versions = latestVersions(connection, run).filter(({name, state}) => state === 'ok' && (!names || names.includes(name)));
  return versions.flatMap(({name, hasRow, isWhole, timestamp}) => {
    const row = rows.get(name);
    if (hasRow && !row) return [defectOf(run, 'lost', name, 'The history has a value of which the table knows nothing.')];
    // Another program may have stored something newer, of which the history does not know yet.
    const isNewest = hasRow ? row?.timestamp === timestamp : !row;
    if (!isNewest || isWhole || holdsData(name)) return [];
    return [defectOf(run, 'lost', name, "Its data is not in the run's file any more.")];
  });
}

function checkStartTime(connection: Connection, file: H5File, run: RunId, paths: readonly string[]): Defect[] {
  const why = unreadable(file, paths);
  if (why !== undefined) return [defectOf(run, 'corrupt', startTimeName, `It cannot be read: ${why}`)];
  const stored = connection
    .prepare<[bigint, bigint], number | null>('SELECT start_time FROM run_info WHERE proposal = ? AND run = ?')
    .pluck()
    .get(BigInt(run.proposal), BigInt(run.run));
  const isThere = summaryOf(file, startTimeName) !== null;
  return isThere && stored == null
    ? [defectOf(run, 'lost', startTimeName, "The run's file holds it, but the table does not know it.")]
    : [];
}

/** How the file and the rows of a run are. */
function markOf(connection: Connection, {extractedData}: FolderPaths, run: RunId): string {
  const stats = statSync(join(extractedData, runFileName(run)), {bigint: true, throwIfNoEntry: false});
  return `${stats?.ino}:${stats?.mtimeNs}:${rowsMark(connection, run)}`;
}

/** The values that wait to be merged; what the folder has of them is about to be replaced, or is by half. */
function waitingNames(paths: FolderPaths, run: RunId): string[] {
  return (fragmentsByRun(paths).get(`${run.proposal}:${run.run}`) ?? []).flatMap((fragment) => {
    using file = openIfThere(join(paths.extractedData, fragment));
    return file ? variablesIn(file).concat(namesOfNone(file)) : [];
  });
}

let listed: {readonly directory: string; readonly changed: bigint; readonly byRun: ReadonlyMap<string, readonly string[]>} | undefined;

/** The fragments in a folder by run; listed again only when something in it has changed, because there are as many files as runs. */
function fragmentsByRun({extractedData: directory}: FolderPaths): ReadonlyMap<string, readonly string[]> {
  const changed = statSync(directory, {bigint: true, throwIfNoEntry: false})?.mtimeNs;
  if (changed === undefined) return new Map();
  if (listed?.directory === directory && listed.changed === changed) return listed.byRun;
  const byRun = new Map<string, string[]>();
  for (const name of readdirSync(directory)) {
    const run = runOfFragment(name);
    if (run) byRun.set(`${run.proposal}:${run.run}`, [...(byRun.get(`${run.proposal}:${run.run}`) ?? []), name]);
  }
  listed = {directory, changed, byRun};
  return byRun;
}
