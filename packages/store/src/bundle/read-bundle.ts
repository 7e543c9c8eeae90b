import {randomBytes} from 'node:crypto';
import {readdirSync, renameSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {isFirstlightError, type RunId, sentenceOf} from '@firstlight/core';
import {openFile} from '@firstlight/hdf5';
import {type Connection, formatVersion, openToRead} from '../database/connection.ts';
import {storeSetting} from '../database/settings.ts';
import {currentVersion} from '../database/schema.ts';
import {rebuildViews} from '../database/views.ts';
import {makeDirectory, syncToDisk} from '../folder/durable.ts';
import {pathsOf} from '../folder/layout.ts';
import {openToAll} from '../folder/modes.ts';
import {outwardPart} from '../fragment/outward.ts';
import {createUnseenDatabase, TableCopy} from './copy-tables.ts';
import {readManifest} from './read-manifest.ts';
import {copySettings} from './settings.ts';
import {unpack} from './unpack.ts';
import {badBundle, ZipReader} from './zip-reader.ts';

export interface ImportPlace {
  readonly bundle: string;
  /** Where the folder is built; must be an empty directory. */
  readonly dir: string;
  /** The interpreter for its context on this machine. */
  readonly contextPython: string;
}

/**
 * Builds an experiment folder from a bundle. Everything is checked before it is used: the checksum of every file, that files of runs are whole and lead nowhere
 * else; and the database is made anew from the rows of the bundle's. Yields the bytes done.
 *
 * @throws FirstlightError `bad-bundle`, `disk-full`.
 */
export async function* readBundle({bundle, dir, contextPython}: ImportPlace, onTotal: (bytes: number) => void): AsyncGenerator<number> {
  using zip = await ZipReader.open(bundle);
  const manifest = await readManifest(zip, bundle);
  onTotal(Object.values(manifest.files).reduce((sum, {size}) => sum + size, 0));
  yield* unpack(zip, manifest, {path: bundle, dir});
  for (const file of filesIn(dir)) if (file.endsWith('.h5')) checkData(join(dir, file), bundle, file);
  const theirs = join(dir, 'bundle.sqlite');
  renameSync(pathsOf(dir).database, theirs);
  rebuildDatabase({theirs, dir, contextPython, bundle});
  rmSync(theirs);
  finishFolder(dir);
}

const filesIn = (dir: string): string[] => readdirSync(dir, {recursive: true, encoding: 'utf8'});

function checkData(path: string, bundle: string, name: string): void {
  try {
    using file = openFile(path, 'r', {locking: false});
    const outward = outwardPart(file);
    if (outward !== undefined) throw badBundle(bundle, `in ${name}, ${outward}`);
  } catch (error) {
    throw isFirstlightError(error, 'bad-bundle') ? error : badBundle(bundle, `${name} cannot be read (${sentenceOf(error)})`, error);
  }
}

interface Rebuilding {
  readonly theirs: string;
  readonly dir: string;
  readonly contextPython: string;
  readonly bundle: string;
}

function rebuildDatabase({theirs, dir, contextPython, bundle}: Rebuilding): void {
  const from = openTheirs(theirs, bundle);
  const to = createUnseenDatabase(pathsOf(dir).database);
  try {
    copySettings(from, to);
    storeSetting(to, 'db_id', randomBytes(20).toString('hex'));
    storeSetting(to, 'context_python', contextPython);
    storeSetting(to, 'damnit_python', contextPython);
    copyRows(from, to);
    rebuildViews(to);
  } catch (error) {
    throw badBundle(bundle, `its database is damaged (${sentenceOf(error)})`, error);
  } finally {
    from.close();
    to.close();
  }
}

function openTheirs(path: string, bundle: string): Connection {
  const connection = openToRead(path);
  try {
    connection.pragma('trusted_schema = OFF');
    const version = formatVersion(connection, path);
    const faults = connection.pragma('quick_check(1)', {simple: true});
    if (faults !== 'ok') throw badBundle(bundle, `its database is damaged (${String(faults)})`);
    if (version < 1 || version > currentVersion) throw badBundle(bundle, `its database has format version ${version}`);
    return connection;
  } catch (error) {
    connection.close();
    throw isFirstlightError(error, 'bad-bundle') ? error : badBundle(bundle, `its database is damaged (${sentenceOf(error)})`, error);
  }
}

function copyRows(from: Connection, to: Connection): void {
  const tables = new TableCopy(from, to, undefined);
  const runs = from.prepare<[], RunId>('SELECT proposal, run FROM run_info UNION SELECT proposal, run FROM run_variables').all();
  for (const run of runs) tables.copyRun(run);
  tables.copyCommon();
}

function finishFolder(dir: string): void {
  const {database, extractedData, processLogs, privateDir} = pathsOf(dir);
  for (const path of [extractedData, processLogs, join(dir, '.tmp'), privateDir]) makeDirectory(path);
  for (const file of filesIn(dir)) openToAll(join(dir, file));
  syncToDisk(database);
  syncToDisk(extractedData);
  syncToDisk(dir);
}
