import {copyFileSync, constants, existsSync, linkSync, lstatSync, readdirSync, renameSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {faultPoint} from '../fault-point.ts';
import {makeDirectory, renameIntoPlace, syncToDisk} from '../folder/durable.ts';
import type {FolderPaths} from '../folder/layout.ts';
import {openToAll} from '../folder/modes.ts';
import {type Filled, fillNewDatabase} from './new-database.ts';
import {oldParts, renewFile} from './old-file.ts';
import {oldRuns, oldVariables, openOld} from './old-database.ts';

const runFilePattern = /^p\d+_r\d+\.h5$/;

/** Where the original run files stay. */
export const backupDirectory = ({dir}: Pick<FolderPaths, 'dir'>): string => join(dir, 'extracted_data.v0-backup');

/** What a migration would do. */
export interface MigrationPlan {
  readonly runs: number;
  readonly variables: readonly string[];
  /** All run files. */
  readonly files: readonly string[];
}

/** Looks at a folder of format 0. Throws `not-ancient`. */
export function plan({database, extractedData}: FolderPaths): MigrationPlan {
  const connection = openOld(database);
  try {
    const files = existsSync(extractedData) ? readdirSync(extractedData).filter((name) => runFilePattern.test(name)) : [];
    return {runs: [...oldRuns(connection)].length, variables: oldVariables(connection), files: files.sort()};
  } finally {
    connection.close();
  }
}

/** What of a file would be written anew, in words; nothing when it is as it should be. */
export function wordsOf({extractedData}: FolderPaths, file: string): string[] {
  const {labelled, pictures} = oldParts(join(extractedData, file));
  return [...labelled.map((name) => `${name}: labels beside its data`), ...pictures.map((name) => `${name}: thumbnail that is not a PNG`)];
}

/**
 * Brings one run file up to date: the original gets a second name in the backup, a changed copy takes its place. Ending anywhere and doing it again gives the
 * same. Says what could not be kept; undefined when there was nothing to do.
 */
export function migrateFile(paths: FolderPaths, file: string): string[] | undefined {
  const original = join(paths.extractedData, file);
  const backup = join(backupDirectory(paths), file);
  const beside = join(paths.extractedData, `.${file}.migrating`);
  const {labelled, pictures} = oldParts(original);
  if (labelled.length + pictures.length === 0) return undefined; // as it should be, or done before
  makeDirectory(backupDirectory(paths));
  keep(original, backup);
  rmSync(beside, {force: true});
  copyFileSync(original, beside, constants.COPYFILE_EXCL);
  const notes = renewFile(beside);
  openToAll(beside);
  faultPoint('migrate:before-rename');
  renameIntoPlace(beside, original);
  faultPoint('migrate:after-rename');
  return notes;
}

/** Makes the new database, and puts it in the place of the old one, which stays as `runs.v0-backup.sqlite`; gives that name. */
export function migrateDatabase(paths: FolderPaths): Filled & {readonly backup: string} {
  const beside = join(paths.dir, '.runs.sqlite.migrating');
  const connection = openOld(paths.database);
  let filled: Filled;
  try {
    filled = fillNewDatabase(connection, beside, paths.extractedData);
  } finally {
    connection.close();
  }
  const backup = freeBackup(paths);
  keep(paths.database, join(paths.dir, backup));
  faultPoint('migrate:before-database');
  renameIntoPlace(beside, paths.database);
  return {...filled, backup};
}

/** Gives a file a second name, as durable as the first; a copy where the file system has no hard links. */
function keep(path: string, backup: string): void {
  if (lstatSync(backup, {throwIfNoEntry: false})) return; // from an attempt that did not end
  try {
    linkSync(path, backup);
  } catch {
    const beside = `${backup}.copying`;
    copyFileSync(path, beside);
    renameSync(beside, backup);
  }
  syncToDisk(backup);
}

/** The backup's name; another when somebody has made one of the usual name of another database. */
function freeBackup({dir, database}: FolderPaths, number = 0): string {
  const name = number === 0 ? 'runs.v0-backup.sqlite' : `runs.v0-backup.${number}.sqlite`;
  const there = statSync(join(dir, name), {throwIfNoEntry: false});
  const own = statSync(database);
  const isSame = there?.ino === own.ino || (there?.size === own.size && there.nlink === 1 && own.nlink === 1);
  return !there || isSame ? name : freeBackup({dir, database} as FolderPaths, number + 1);
}
