import {existsSync} from 'node:fs';
import Database from 'better-sqlite3';
import {FirstlightError} from '@firstlight/core';
import {hasColumn} from '../database/columns.ts';
import {type Connection, formatVersion, openToRead} from '../database/connection.ts';

/** What the wide table of format 0 has besides its variables. */
const ofTheRun: ReadonlySet<string> = new Set(['proposal', 'runnr', 'start_time', 'added_at', 'comment']);

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A row of the wide table. */
export interface OldRun {
  readonly proposal: bigint;
  readonly run: bigint;
  readonly startTime: number | null;
  readonly addedAt: number | null;
  /** What has a value, by name; `comment` is one of them. */
  readonly values: ReadonlyMap<string, bigint | number | string | Uint8Array>;
}

/** Opens a database of format 0. Throws `not-ancient` when it is of another. */
export function openOld(path: string): Connection {
  const connection = openToRead(path);
  const version = formatVersion(connection, path);
  if (version === 0 && hasColumn(connection, 'runs', 'runnr')) return connection;
  connection.close();
  const sentence =
    version === 0
      ? `${path} has no table of runs as format 0 has it; it is no database that can be migrated.`
      : `${path} is of format ${version}, which needs no migration.`;
  throw new FirstlightError('not-ancient', sentence, {facts: {path, version}});
}

/** Tells whether a database is of format 0. */
export function isOld(path: string): boolean {
  if (!existsSync(path)) return false;
  const connection = new Database(path, {readonly: true});
  try {
    return formatVersion(connection, path) === 0 && hasColumn(connection, 'runs', 'runnr');
  } finally {
    connection.close();
  }
}

/** The variables that a database of format 0 has columns for. */
export const oldVariables = (connection: Connection): string[] =>
  (connection.pragma('table_info(runs)') as {name: string}[]).map(({name}) => name).filter((name) => !ofTheRun.has(name));

/** All rows of the wide table. */
export function* oldRuns(connection: Connection): Generator<OldRun> {
  const names = oldVariables(connection);
  const columns = [...ofTheRun].filter((name) => hasColumn(connection, 'runs', name));
  const query = `SELECT ${[...columns, ...names].map(quoted).join(', ')} FROM runs ORDER BY proposal, runnr`;
  for (const row of connection.prepare<[], Record<string, unknown>>(query).safeIntegers().iterate()) {
    const [proposal, run] = [wholeNumber(row['proposal']), wholeNumber(row['runnr'])];
    if (proposal === undefined || run === undefined) continue;
    const values = ['comment', ...names].flatMap((name) => (row[name] == null ? [] : [[name, row[name] as string] as const]));
    yield {proposal, run, startTime: time(row['start_time']), addedAt: time(row['added_at']), values: new Map(values)};
  }
}

// A row could be without a proposal, and a number could be a text or a real one.
function wholeNumber(value: unknown): bigint | undefined {
  const number = Number(value);
  return value === null || !Number.isSafeInteger(number) ? undefined : BigInt(number);
}

const time = (value: unknown): number | null => (value == null || Number.isNaN(Number(value)) ? null : Number(value));
