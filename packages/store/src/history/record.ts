import type {RunId} from '@firstlight/core';
import type {Connection, SqlValue} from '../database/connection.ts';
import type {NewVersion, VersionState} from './model.ts';
import {storeOrigin} from './origins-table.ts';
import {remembered} from '../database/remembered.ts';
import {type CellKey, cellKey, versionOfRow} from './row-version.ts';

/**
 * Adds a version to a value's history and gives its number. To be called in the transaction that stores the value's row, before the row: when the row that is
 * replaced is not in the history (another program wrote it), it becomes a version first, so that nothing is ever replaced unseen.
 *
 * A fragment gives a value one version; ask `recordedOf` before.
 */
export function recordVersion(connection: Connection, run: RunId, version: NewVersion): number {
  noticeRow(connection, run, version.name);
  return addVersion(connection, run, version);
}

/** The newest version of a value. */
export interface LatestVersion {
  readonly version: number;
  readonly timestamp: number | null;
  readonly hasRow: boolean;
  /** False: its data is in the run's file only. */
  readonly isWhole: boolean;
  readonly fragment: string | null;
}

const statementsOf = remembered((connection) => ({
  latest: connection.prepare<
    CellKey,
    {version: number; timestamp: number | null; has_row: number; is_whole: number; fragment: string | null}
  >(
    'SELECT version, timestamp, has_row, is_whole, fragment FROM fl_history WHERE proposal = ? AND run = ? AND name = ? ORDER BY version DESC LIMIT 1',
  ),
  /** 1: the row is the newest version; 0 or null: it is not; nothing: there is no row. */
  isKnown: connection
    .prepare<CellKey, number | null>(
      `SELECT (SELECT fl_history.has_row AND fl_history.timestamp IS rows.timestamp AND fl_history.value IS rows.value FROM fl_history
         WHERE fl_history.proposal = rows.proposal AND fl_history.run = rows.run AND fl_history.name = rows.name ORDER BY fl_history.version DESC LIMIT 1)
       FROM run_variables AS rows WHERE proposal = ? AND run = ? AND name = ? ORDER BY version DESC LIMIT 1`,
    )
    .pluck(),
  recorded: connection.prepare<[string], {name: string; version: number}>('SELECT name, version FROM fl_history WHERE fragment = ?'),
  keep: connection.prepare<[string, ...CellKey, bigint]>(
    'UPDATE fl_history SET kept = ? WHERE proposal = ? AND run = ? AND name = ? AND version = ?',
  ),
  add: connection.prepare(
    `INSERT INTO fl_history (proposal, run, name, version, timestamp, state, has_row, summary_type, summary_kind, summary_method, max_diff, kind, is_whole,
      provenance, author, fragment, identity, code, computation, started, seconds, memory, ingredients, attributes, value)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ),
}));

/** The newest version of a value, if it has any. */
export function latestVersion(connection: Connection, run: RunId, name: string): LatestVersion | undefined {
  const found = statementsOf(connection).latest.get(...cellKey(run, name));
  return (
    found && {
      version: found.version,
      timestamp: found.timestamp,
      hasRow: found.has_row !== 0,
      isWhole: found.is_whole !== 0,
      fragment: found.fragment,
    }
  );
}

/** The versions that the history has of a fragment's variables already, by name: it was merged before, but not removed. */
export const recordedOf = (connection: Connection, fragment: string): ReadonlyMap<string, number> =>
  new Map(
    statementsOf(connection)
      .recorded.all(fragment)
      .map(({name, version}) => [name, version]),
  );

/** Notes where the data of a replaced version is kept, below the directory of kept data. */
export function noteKept(connection: Connection, run: RunId, {name, version, file}: {name: string; version: number; file: string}): void {
  statementsOf(connection).keep.run(file, ...cellKey(run, name), BigInt(version));
}

/** Whether the row of a value is its newest version; undefined without a row. */
export function isRowKnown(connection: Connection, run: RunId, name: string): boolean | undefined {
  const isKnown = statementsOf(connection).isKnown.get(...cellKey(run, name));
  return isKnown === undefined ? undefined : isKnown === 1;
}

/** What the run's file says of a value that another program stored. */
export interface SeenInFile {
  readonly kind: string | null;
  readonly isWhole: boolean;
}

/**
 * Makes a version of a value's row when it is not its newest one: another program wrote it, or it is from before there was a history. A row that is gone
 * becomes a version without value.
 *
 * @param seen what the run's file holds of it; asked only when there is something to add. Without it the data counts as not whole: better kept than lost.
 * @returns whether there was something to add.
 */
export function noticeRow(
  connection: Connection,
  run: RunId,
  name: string,
  {now = Date.now() / 1000, seen = () => ({kind: null, isWhole: false})}: {now?: number; seen?: () => SeenInFile} = {},
): boolean {
  const isKnown = isRowKnown(connection, run, name);
  if (isKnown === true) return false;
  if (isKnown === undefined) {
    if (!latestVersion(connection, run, name)?.hasRow) return false;
    addVersion(connection, run, {...withoutValue(name), timestamp: now, hasRow: false});
    return true;
  }
  addVersion(connection, run, {...(versionOfRow(connection, run, name) as NewVersion), ...seen()});
  return true;
}

/** The version that says of a variable that it has no value. */
export const withoutValue = (name: string) =>
  ({
    name,
    state: 'none',
    summary: {value: null, type: null, kind: null},
    maxDiff: null,
    summaryMethod: null,
    attributes: null,
    provenance: '',
  }) as const;

/** Adds a version without a look at the row; for who has called `noticeRow` before. */
export function addVersion(connection: Connection, run: RunId, version: NewVersion): number {
  const {name, timestamp, fragment = null, origin = null, state} = version;
  const statements = statementsOf(connection);
  const cell = cellKey(run, name);
  const number = (statements.latest.get(...cell)?.version ?? 0) + 1;
  const stored = origin && storeOrigin(connection, name, origin);
  statements.add.run(
    ...cell,
    BigInt(number),
    timestamp,
    state satisfies VersionState,
    Number(version.hasRow ?? true),
    ...summaryColumns(version),
    version.kind ?? null,
    Number(version.isWhole ?? true),
    version.provenance,
    version.author ?? null,
    fragment,
    ...(stored ? [stored.identity, stored.code, stored.computation] : [null, null, null]),
    ...(origin ? [origin.startedAt, origin.seconds, origin.memoryBytes] : [null, null, null]),
    stored?.ingredients ?? null,
    version.attributes === null ? null : JSON.stringify(version.attributes),
    version.summary.value,
  );
  return number;
}

const summaryColumns = ({summary, summaryMethod, maxDiff}: NewVersion): SqlValue[] => [
  summary.type,
  summary.kind,
  summaryMethod,
  maxDiff === null || Number.isNaN(maxDiff) ? null : maxDiff,
];
