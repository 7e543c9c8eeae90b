import {existsSync, rmSync, statSync} from 'node:fs';
import {randomBytes} from 'node:crypto';
import {join} from 'node:path';
import {type RunId, runFileName} from '@firstlight/core';
import {type H5File, openFile} from '@firstlight/hdf5';
import {hasColumn} from '../database/columns.ts';
import {type Connection, createDatabase, type SqlValue} from '../database/connection.ts';
import {storeSetting} from '../database/settings.ts';
import {encodeSummary, isPng} from '../database/summaries.ts';
import {ensureVariables} from '../database/variables.ts';
import {rebuildViews} from '../database/views.ts';
import {openToAll} from '../folder/modes.ts';
import {summaryOf} from '../fragment/read.ts';
import {isNpy} from '../npy.ts';
import {type OldRun, oldRuns, oldVariables} from './old-database.ts';

/** What went into a new database. */
export interface Filled {
  readonly runs: number;
  readonly values: number;
  /** A sentence for each value that could not be kept. */
  readonly notes: readonly string[];
}

const insertValue = `INSERT INTO run_variables (proposal, run, name, version, value, timestamp, max_diff, provenance, summary_type, summary_method, attributes)
  VALUES (?, ?, ?, 1, ?, ?, ?, NULL, ?, ?, NULL)`;

/** Makes a database of the current format beside an old one, from that and the run files, which are brought up to date already. */
export function fillNewDatabase(old: Connection, path: string, extractedData: string): Filled {
  rmSync(path, {force: true});
  const connection = createDatabase(path);
  try {
    const filled = connection.transaction(() => fill(old, connection, extractedData))();
    openToAll(path);
    return filled;
  } finally {
    connection.close();
  }
}

function fill(old: Connection, connection: Connection, extractedData: string): Filled {
  copySettings(old, connection);
  copyVariables(old, connection);
  copyTimeComments(old, connection);
  const notes: string[] = [];
  let [runs, values] = [0, 0];
  for (const run of oldRuns(old)) {
    runs += 1;
    connection
      .prepare('INSERT INTO run_info (proposal, run, start_time, added_at) VALUES (?, ?, ?, ?)')
      .run(run.proposal, run.run, run.startTime, run.addedAt);
    values += copyValues(connection, run, extractedData, notes);
  }
  ensureVariables(connection, oldVariables(old));
  rebuildViews(connection);
  return {runs, values, notes};
}

function copySettings(old: Connection, connection: Connection): void {
  const rows = hasColumn(old, 'metameta', 'key')
    ? old.prepare<[], [string, SqlValue]>('SELECT key, value FROM metameta').raw().safeIntegers().all()
    : [];
  for (const [key, value] of rows) {
    if (key === 'data_format_version') continue;
    storeSetting(connection, key, typeof value === 'number' ? String(value) : value);
  }
  if (!rows.some(([key, value]) => key === 'db_id' && value !== null)) storeSetting(connection, 'db_id', randomBytes(20).toString('hex'));
}

function copyVariables(old: Connection, connection: Connection): void {
  if (!hasColumn(old, 'variables', 'name')) return;
  const column = (name: string): string => (hasColumn(old, 'variables', name) ? name : 'NULL');
  const insert = connection.prepare(
    'INSERT OR IGNORE INTO variables (name, type, title, description, attributes) VALUES (?, ?, ?, ?, NULL)',
  );
  const query = `SELECT name, ${column('type')}, ${column('title')}, ${column('description')} FROM variables WHERE name IS NOT NULL`;
  for (const row of old.prepare<[], SqlValue[]>(query).raw().all()) insert.run(...row);
}

function copyTimeComments(old: Connection, connection: Connection): void {
  if (!hasColumn(old, 'time_comments', 'comment')) return;
  const insert = connection.prepare('INSERT INTO time_comments (timestamp, comment) VALUES (?, ?)');
  for (const row of old.prepare<[], SqlValue[]>('SELECT timestamp, comment FROM time_comments ORDER BY rowid').raw().all())
    insert.run(...row);
}

function copyValues(connection: Connection, run: OldRun, extractedData: string, notes: string[]): number {
  const id: RunId = {proposal: Number(run.proposal), run: Number(run.run)};
  const path = join(extractedData, runFileName(id));
  using file = openIfReadable(path);
  const time = existsSync(path) ? statSync(path).mtimeMs / 1000 : (run.addedAt ?? 0);
  const insert = connection.prepare(insertValue);
  let count = 0;
  for (const [name, value] of run.values) {
    const row = rowOf(value, file?.opened, name);
    if (!row)
      notes.push(
        `The value of "${name}" for run ${run.run} of proposal ${run.proposal} is in a form that only its program can read; it was left out.`,
      );
    else insert.run(run.proposal, run.run, name, row.value, time, row.maxDiff, row.type, row.method);
    count += Number(row !== undefined);
  }
  return count;
}

interface Row {
  readonly value: SqlValue;
  readonly type: string | null;
  readonly method: string | null;
  readonly maxDiff: number | null;
}

/** A value's row. What is stored as bytes is taken from the run's file: those of format 0 may be pickled, and unpickling runs whatever is in them. */
function rowOf(value: SqlValue, file: H5File | undefined, name: string): Row | undefined {
  const summary = file ? summaryOf(file, name) : null;
  const rest = {method: summary ? summary.summaryMethod : null, maxDiff: summary?.maxDiff ?? null};
  if (!(value instanceof Uint8Array)) return {value, type: null, ...rest};
  if (isPng(value)) return {value, type: null, ...rest};
  if (isNpy(value)) return {value, type: 'numpy', ...rest};
  if (!summary) return undefined;
  const encoded = encodeSummary(summary.stored, summary.summaryType);
  return encoded.value === null ? undefined : {value: encoded.value, type: encoded.type, ...rest};
}

/** A run's file; a damaged one is as none, because the values are in the database, too. */
function openIfReadable(path: string): (Disposable & {readonly opened: H5File}) | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const opened = openFile(path, 'r', {locking: false});
    return {opened, [Symbol.dispose]: () => opened[Symbol.dispose]()};
  } catch {
    return undefined;
  }
}
