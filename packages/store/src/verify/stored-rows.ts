import type {RunId} from '@firstlight/core';
import {hasColumn} from '../database/columns.ts';
import type {Connection} from '../database/connection.ts';

/** A row of `run_variables`, and what the database knows besides. */
export interface StoredRow {
  readonly name: string;
  readonly value: bigint | number | string | Uint8Array | null;
  readonly timestamp: unknown;
  readonly maxDiff: number | bigint | null;
  readonly summaryType: string | null;
  readonly error: string | null;
  /** A person may write it: a user variable, a comment. There is nothing in the run's file about it. */
  readonly isEdited: boolean;
}

/** The newest version of a value, as the history has it. */
export interface LatestVersion {
  readonly name: string;
  readonly state: string;
  /** Of its row. */
  readonly timestamp: unknown;
  readonly hasRow: boolean;
  /** False: its data is in the run's file only. */
  readonly isWhole: boolean;
}

/** All rows of a run, the newest version of each name. */
export function storedRows(connection: Connection, {proposal, run}: RunId): Map<string, StoredRow> {
  const attributes = hasColumn(connection, 'run_variables', 'attributes') ? 'rows.attributes' : 'NULL';
  const rows = connection
    .prepare<[bigint, bigint], StoredRow & {attributes: unknown; provenance: unknown; type: unknown}>(
      `SELECT rows.name, rows.value, rows.timestamp, rows.max_diff AS maxDiff, rows.summary_type AS summaryType, rows.provenance, ${attributes} AS attributes,
         variables.type FROM run_variables AS rows LEFT JOIN variables ON variables.name = rows.name WHERE proposal = ? AND run = ? ORDER BY rows.version`,
    )
    .safeIntegers()
    .all(BigInt(proposal), BigInt(run));
  return new Map(
    rows.map(({attributes: json, provenance, type, ...row}) => [
      row.name,
      {...row, error: errorIn(json), isEdited: row.name === 'comment' || type !== null || provenance === 'manual-input'},
    ]),
  );
}

/** The newest version of each value of a run that the history knows and nobody has deleted together with its variable. */
export function latestVersions(connection: Connection, {proposal, run}: RunId): LatestVersion[] {
  if (!hasColumn(connection, 'fl_history', 'is_whole')) return [];
  return connection
    .prepare<[bigint, bigint], {name: string; state: string; timestamp: unknown; has_row: number; is_whole: number}>(
      `SELECT name, state, timestamp, has_row, is_whole, max(version) FROM fl_history
       WHERE proposal = ? AND run = ? AND (name IN (SELECT name FROM variables) OR name = 'comment') GROUP BY name`,
    )
    .all(BigInt(proposal), BigInt(run))
    .map(({name, state, timestamp, has_row, is_whole}) => ({name, state, timestamp, hasRow: has_row !== 0, isWhole: is_whole !== 0}));
}

/** Something that is different when the rows of a run are. */
export function rowsMark(connection: Connection, {proposal, run}: RunId): string {
  const mark = connection
    .prepare<[bigint, bigint], unknown[]>(
      'SELECT count(*), max(timestamp), total(timestamp) FROM run_variables WHERE proposal = ? AND run = ?',
    )
    .raw()
    .get(BigInt(proposal), BigInt(run));
  return JSON.stringify(mark);
}

function errorIn(json: unknown): string | null {
  if (typeof json !== 'string') return null;
  try {
    const {error} = (JSON.parse(json) ?? {}) as {error?: unknown};
    return typeof error === 'string' ? error : null;
  } catch {
    return null; // other programs write attributes, too
  }
}
