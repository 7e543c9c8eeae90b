import {existsSync} from 'node:fs';
import {dirname} from 'node:path';
import {FirstlightError} from '@firstlight/core';
import Database from 'better-sqlite3';
import {openToAll} from '../folder/modes.ts';
import {ownTables} from './own-tables.ts';
import {currentVersion, migrations} from './schema.ts';

export type Connection = Database.Database;

/** What SQLite can hold. Integers must be bigint: a JavaScript number is bound as REAL, and a REAL run number breaks DAMNIT. */
export type SqlValue = bigint | number | string | Uint8Array | null;

const lockWaitMs = 30_000;

/** Opens a DAMNIT database to write, brings older formats up to version 4 and adds our own tables; refuses newer formats and version 0. */
export function openToWrite(path: string): Connection {
  const connection = connect(path, {readonly: false});
  try {
    connection.pragma('foreign_keys = ON'); // the tag tables clean up after themselves only with this
    upgrade(connection, path);
    connection.exec(ownTables);
    openToAll(path);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Opens a DAMNIT database of any version to read; others may write at the same time. */
export function openToRead(path: string): Connection {
  const connection = connect(path, {readonly: true});
  rollBackForeignCrash(connection, path);
  return connection;
}

/**
 * Undoes what a killed writer left half-done in the database: SQLite does so by itself, but only through a connection that may write.
 *
 * To be called before reading with a connection that has been open for a while. Does nothing when there is nothing to undo.
 */
export function rollBackForeignCrash(connection: Connection, path: string): void {
  try {
    connection.pragma('schema_version');
  } catch (error) {
    if ((error as {code?: unknown}).code !== 'SQLITE_READONLY_ROLLBACK') return; // whoever reads meets it, too, and can say what it was about
    const writable = connect(path, {readonly: false});
    try {
      writable.pragma('schema_version');
    } finally {
      writable.close();
    }
  }
}

function connect(path: string, options: {readonly: boolean}): Connection {
  if (!existsSync(path))
    throw new FirstlightError('no-folder', `There is no database ${path}; \`firstlight init\` makes an experiment folder.`, {
      facts: {path},
    });
  return new Database(path, {...options, fileMustExist: true, timeout: lockWaitMs});
}

/** Makes a new, empty database of the current version. */
export function createDatabase(path: string): Connection {
  const connection = new Database(path, {timeout: lockWaitMs});
  connection.pragma('foreign_keys = ON');
  upgradeFrom(connection, 0);
  connection.exec(ownTables);
  return connection;
}

/** The format version of a database; 0 when it never said. */
export function formatVersion(connection: Connection, path: string): number {
  try {
    const value = connection.prepare<[]>("SELECT value FROM metameta WHERE key = 'data_format_version'").pluck().get();
    return value === undefined || value === null ? 0 : Number(value);
  } catch (error) {
    if (/no such table/.test(String(error))) return 0;
    if (/not a database|malformed/.test(String(error)))
      throw new FirstlightError('damaged-folder', `${path} is not a readable SQLite database; restore it from a backup.`, {
        cause: error,
        facts: {path},
      });
    throw error;
  }
}

/** Why a folder of this version may not be written, or undefined. */
export function refusal(version: number, path: string): FirstlightError | undefined {
  if (version > currentVersion) {
    const sentence = `${path} has format version ${version}, newer than the ${currentVersion} this program knows: it can be read but is not written. Update Firstlight.`;
    return new FirstlightError('newer-folder', sentence, {facts: {path, version}});
  }
  if (version === 0) {
    const sentence = `${path} is from before format version 1; \`firstlight migrate ${dirname(path)}\` brings it up to date and keeps the original (--dry-run shows what it would do).`;
    return new FirstlightError('ancient-folder', sentence, {facts: {path, version}});
  }
  return undefined;
}

function upgrade(connection: Connection, path: string): void {
  const version = formatVersion(connection, path);
  const refused = refusal(version, path);
  if (refused) throw refused;
  upgradeFrom(connection, version);
}

function upgradeFrom(connection: Connection, version: number): void {
  const storeVersion = "INSERT INTO metameta VALUES ('data_format_version', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
  migrations.forEach((statements, from) => {
    if (from < version) return;
    connection
      .transaction(() => {
        connection.exec(statements);
        connection.prepare(storeVersion).run(BigInt(from + 1));
      })
      .immediate();
  });
}
