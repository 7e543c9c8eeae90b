import {FirstlightError} from '@firstlight/core';
import {pathsOf} from '../folder/layout.ts';
import {type Connection, openToRead, type SqlValue} from './connection.ts';

/** What a folder says about itself (table `metameta`). */
export interface FolderSettings {
  readonly dataFormatVersion: number;
  /** Forty hexadecimal digits that name this database to other services. */
  readonly databaseId: string | undefined;
  readonly proposal: number | undefined;
  /** The interpreter that runs `context.py`. */
  readonly contextPython: string | undefined;
  readonly damnitPython: string | undefined;
  /** Directory that holds INSTRUMENT/CYCLE/pNNNNNN; undefined means the facility's. Ours: DAMNIT does not know this key. */
  readonly dataRoot: string | undefined;
  readonly concurrentJobs: number | undefined;
}

/** Reads a folder's settings. Throws `no-folder` when it is not an experiment folder. */
export function readSettings(dir: string): FolderSettings {
  const connection = openToRead(pathsOf(dir).database);
  try {
    return settingsOf(connection);
  } finally {
    connection.close();
  }
}

/** Settings that only we know begin with this; they are in a table of ours, where official tools that list theirs do not meet them. */
const ownPrefix = 'fl_';

const tableOf = (key: string): string => (key.startsWith(ownPrefix) ? 'fl_settings' : 'metameta');

/** Tells whether a folder was ever opened to write by a version that has a table for our settings. */
const hasOwn = (connection: Connection): boolean =>
  connection.prepare("SELECT 1 FROM sqlite_master WHERE name = 'fl_settings'").get() !== undefined;

/** All settings as they are stored, ours and those that only other programs know. */
export function allSettings(connection: Connection): Record<string, string | number | null> {
  const own = hasOwn(connection) ? 'UNION ALL SELECT key, value FROM fl_settings' : '';
  const query = `SELECT key, value FROM metameta ${own} ORDER BY key`;
  return Object.fromEntries(connection.prepare<[], [string, string | number | null]>(query).raw().all());
}

/** One setting as text; undefined when it was never said. */
export function settingText(connection: Connection, key: string): string | undefined {
  if (key.startsWith(ownPrefix) && !hasOwn(connection)) return undefined;
  const value = connection
    .prepare<[string], SqlValue>(`SELECT value FROM ${tableOf(key)} WHERE key = ?`)
    .pluck()
    .get(key);
  return value === undefined || value === null || value === '' ? undefined : String(value);
}

/** The settings in an open database. */
export function settingsOf(connection: Connection): FolderSettings {
  const rows = new Map(connection.prepare<[], [string, unknown]>('SELECT key, value FROM metameta').raw().all());
  const text = (key: string): string | undefined => (rows.get(key) == null || rows.get(key) === '' ? undefined : String(rows.get(key)));
  const number = (key: string): number | undefined => (text(key) === undefined ? undefined : Number(text(key)));
  return {
    dataFormatVersion: number('data_format_version') ?? 0,
    databaseId: text('db_id'),
    proposal: number('proposal'),
    contextPython: text('context_python'),
    damnitPython: text('damnit_python'),
    dataRoot: text('data_root'),
    concurrentJobs: number('concurrent_jobs'),
  };
}

/** Stores a setting; integers as bigint. */
export function storeSetting(connection: Connection, key: string, value: SqlValue): void {
  if (typeof value === 'number') throw new FirstlightError('internal', `Setting ${key} must be bound as bigint, text or null.`);
  connection.prepare(`INSERT INTO ${tableOf(key)} VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`).run(key, value);
}

/** Deletes a setting; false when it was not there. */
export const deleteSetting = (connection: Connection, key: string): boolean =>
  connection.prepare(`DELETE FROM ${tableOf(key)} WHERE key = ?`).run(key).changes > 0;
