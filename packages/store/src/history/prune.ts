import {readdirSync, rmSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {Connection} from '../database/connection.ts';
import {settingText} from '../database/settings.ts';
import {faultPoint} from '../fault-point.ts';
import {syncToDisk} from '../folder/durable.ts';
import type {FolderPaths} from '../folder/layout.ts';
import {waitingFragments} from '../merge/waiting.ts';
import {keptDirectory} from './kept-files.ts';

/** How much data of older versions is kept. */
export interface KeepingPolicy {
  /** Of each value so many versions before the newest. */
  readonly versions: number;
  /** All of it together takes at most this share of what the runs' files take. */
  readonly share: number;
  /** So many bytes are kept in any case. */
  readonly leastBytes: number;
}

// In a folder of a few runs a tenth is less than one array.
const defaultPolicy: KeepingPolicy = {versions: 3, share: 0.1, leastBytes: 16e6};

/** The policy of a folder: its settings `fl_history_versions` and `fl_history_share`, where they are numbers. */
export function keepingPolicy(connection: Connection): KeepingPolicy {
  const number = (key: string): number | undefined => {
    const value = Number(settingText(connection, key) ?? Number.NaN);
    return value >= 0 ? value : undefined;
  };
  const versions = number('fl_history_versions') ?? defaultPolicy.versions;
  const share = number('fl_history_share');
  return share === undefined ? {...defaultPolicy, versions} : {versions, share, leastBytes: 0};
}

interface KeptRow {
  readonly rowid: number;
  readonly proposal: number;
  readonly run: number;
  readonly name: string;
  readonly timestamp: number | null;
  readonly kept: string;
}

const mostAtOnce = 500; // a fraction of a second, in which nothing is merged

/**
 * Removes kept data beyond the policy, a part at a time; the versions stay, without their data.
 *
 * First the database says that it is not kept any more, then it goes: what a crash leaves between is removed by `removeStrays`.
 *
 * @param bytesOfRuns what the runs' files take.
 * @returns whether there is more to remove.
 */
export function pruneKept(
  connection: Connection,
  paths: FolderPaths,
  {policy, bytesOfRuns}: {policy: KeepingPolicy; bytesOfRuns: number},
): boolean {
  const rows = connection
    .prepare<[], KeptRow>(
      'SELECT rowid, proposal, run, name, timestamp, kept FROM fl_history WHERE kept IS NOT NULL ORDER BY proposal, run, name, version DESC',
    )
    .all();
  const directory = keptDirectory(paths);
  const surplus = beyond(rows, policy, (row) => sizeOfFile(join(directory, row.kept)), bytesOfRuns);
  const now = surplus.slice(0, mostAtOnce);
  const forget = connection.prepare('UPDATE fl_history SET kept = NULL WHERE rowid = ?');
  connection.transaction(() => now.forEach(({rowid}) => forget.run(BigInt(rowid)))).immediate();
  faultPoint('writer:before-pruning');
  for (const {kept} of now) {
    rmSync(join(directory, kept), {force: true});
    faultPoint('writer:while-pruning');
  }
  return surplus.length > now.length;
}

/** The kept data that goes: beyond the number of versions, then what alone is beyond the share, then the oldest, of one age the largest. Rows are by value, the newest version first. */
function beyond(
  rows: readonly KeptRow[],
  {versions, share, leastBytes}: KeepingPolicy,
  bytesOf: (row: KeptRow) => number,
  bytesOfRuns: number,
): KeptRow[] {
  const values = [...Map.groupBy(rows, ({proposal, run, name}) => `${proposal}:${run}:${name}`).values()];
  const tooOld = values.flatMap((ofValue) => ofValue.slice(versions));
  const gone = new Set(tooOld);
  const rest = rows.filter((row) => !gone.has(row)).map((row) => ({row, bytes: bytesOf(row)}));
  const most = Math.max(share * bytesOfRuns, leastBytes);
  let surplus = rest.reduce((sum, {bytes}) => sum + bytes, 0) - most;
  // What alone is too much would take everything older with it and then go, too. A fragment's values are of one age.
  const isHuge = (bytes: number): number => Number(bytes > most);
  const inOrder = rest.sort(
    (a, b) => isHuge(b.bytes) - isHuge(a.bytes) || (a.row.timestamp ?? 0) - (b.row.timestamp ?? 0) || b.bytes - a.bytes,
  );
  const tooMuch: KeptRow[] = [];
  for (const {row, bytes} of inOrder) {
    if (surplus <= 0) break;
    tooMuch.push(row);
    surplus -= bytes;
  }
  return [...tooOld, ...tooMuch];
}

/** What the runs' files take together, in bytes. */
export const bytesOfRuns = ({extractedData}: FolderPaths): number =>
  readdirSync(extractedData)
    .filter((name) => /^p\d+_r\d+\.h5$/.test(name))
    .reduce((sum, name) => sum + sizeOfFile(join(extractedData, name)), 0);

/**
 * Removes what lies among the kept data and belongs to no version: a crash left it. Of runs with fragments that wait it stays, because a merge that a crash
 * ended goes on with it.
 */
export function removeStrays(connection: Connection, paths: FolderPaths): void {
  const directory = keptDirectory(paths);
  const known = new Set(connection.prepare<[], string>('SELECT kept FROM fl_history WHERE kept IS NOT NULL').pluck().all());
  const waiting = new Set(waitingFragments(paths.extractedData).map(({run}) => `p${run.proposal}_r${run.run}`));
  const strays = namesIn(directory)
    .filter((run) => !waiting.has(run))
    .flatMap((run) => namesIn(join(directory, run)).map((name) => join(run, name)))
    .filter((file) => !known.has(file));
  for (const file of strays) rmSync(join(directory, file), {force: true});
  for (const run of new Set(strays.map((file) => dirname(file)))) syncToDisk(join(directory, run));
}

const sizeOfFile = (path: string): number => statSync(path, {throwIfNoEntry: false})?.size ?? 0;

function namesIn(directory: string): string[] {
  const stats = statSync(directory, {throwIfNoEntry: false});
  return stats?.isDirectory() ? readdirSync(directory) : [];
}
