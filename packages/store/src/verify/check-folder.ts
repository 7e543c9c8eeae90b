import {existsSync, readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {type RunId, sentenceOf} from '@firstlight/core';
import {openFile} from '@firstlight/hdf5';
import {hasColumn} from '../database/columns.ts';
import type {Connection} from '../database/connection.ts';
import type {FolderPaths} from '../folder/layout.ts';
import {keptDirectory} from '../history/kept-files.ts';
import {type Defect, type DefectKind, defectOf} from './defects.ts';
import {pathsByName, unreadable} from './read-all.ts';

const abandonedAfterMs = 3_600_000;

/** What there is to look at in a folder, and what is wrong with it as a whole. */
export interface FolderCheck {
  readonly runs: readonly RunId[];
  readonly defects: readonly Defect[];
}

/** Looks at the database as a whole, at leftovers, and for what is there twice. */
export function checkFolder(connection: Connection, paths: FolderPaths): FolderCheck {
  return {
    runs: runsOf(connection, paths),
    defects: [...checkDatabase(connection), ...doubledRows(connection), ...doubledVersions(connection), ...leftovers(paths)],
  };
}

const ofFolder = (kind: DefectKind, text: string): Defect => ({kind, proposal: null, run: null, name: null, text});

function runsOf(connection: Connection, {extractedData}: FolderPaths): RunId[] {
  const tables = ['run_info', 'run_variables', ...(hasColumn(connection, 'fl_history', 'run') ? ['fl_history'] : [])];
  const known = connection
    .prepare<[], [number, number]>(tables.map((table) => `SELECT DISTINCT proposal, run FROM ${table}`).join(' UNION '))
    .raw()
    .all()
    .map(([proposal, run]) => ({proposal, run}));
  const files = namesIn(extractedData).flatMap((name) => {
    const [, proposal, run] = /^p(\d+)_r(\d+)\.h5$/.exec(name) ?? [];
    return run === undefined ? [] : [{proposal: Number(proposal), run: Number(run)}];
  });
  const all = new Map([...known, ...files].map((run) => [`${run.proposal}:${run.run}`, run]));
  return [...all.values()].sort((a, b) => a.proposal - b.proposal || a.run - b.run);
}

function checkDatabase(connection: Connection): Defect[] {
  try {
    const said = (connection.pragma('integrity_check') as {integrity_check: string}[]).map((row) => row.integrity_check);
    return said.filter((text) => text !== 'ok').map((text) => ofFolder('corrupt', `The database is damaged: ${text}.`));
  } catch (error) {
    return [ofFolder('corrupt', `The database cannot be read: ${sentenceOf(error)}`)];
  }
}

type Twice = [proposal: number, run: number, name: string, count: number];

function doubledRows(connection: Connection): Defect[] {
  return connection
    .prepare<[], Twice>(
      'SELECT CAST(proposal AS INTEGER) AS p, CAST(run AS INTEGER) AS r, name, count(*) FROM run_variables GROUP BY p, r, name, coalesce(version, 1) HAVING count(*) > 1',
    )
    .raw()
    .all()
    .map(([proposal, run, name, count]) => defectOf({proposal, run}, 'doubled', name, `The table has ${count} rows of it.`));
}

function doubledVersions(connection: Connection): Defect[] {
  if (!hasColumn(connection, 'fl_history', 'fragment')) return [];
  return connection
    .prepare<[], Twice>(
      'SELECT proposal, run, name, count(*) FROM fl_history WHERE fragment IS NOT NULL GROUP BY proposal, run, name, fragment HAVING count(*) > 1',
    )
    .raw()
    .all()
    .map(([proposal, run, name, count]) =>
      defectOf({proposal, run}, 'doubled', name, `The history has ${count} versions from one fragment.`),
    );
}

/** Files of work that nobody finished, when they are old enough not to be somebody's at this moment. */
function leftovers({extractedData}: FolderPaths): Defect[] {
  return namesIn(extractedData)
    .filter((name) => name.endsWith('.writing.h5') || /^\.p\d+_r\d+\.h5\.merging/.test(name))
    .filter((name) => ageMs(join(extractedData, name)) > abandonedAfterMs)
    .map((name) => ofFolder('orphaned', `extracted_data/${name} was never finished.`));
}

/** The data of replaced versions: what the history says is kept must be there and readable, and nothing else. */
export function checkKept(connection: Connection, paths: FolderPaths): Defect[] {
  if (!hasColumn(connection, 'fl_history', 'kept')) return [];
  const directory = keptDirectory(paths);
  const kept = connection
    .prepare<[], {proposal: number; run: number; name: string; version: number; kept: string}>(
      'SELECT proposal, run, name, version, kept FROM fl_history WHERE kept IS NOT NULL',
    )
    .all();
  const missing = kept.flatMap((row) => {
    const text = existsSync(join(directory, row.kept)) ? whyNot(join(directory, row.kept)) : 'is gone';
    if (text === undefined) return [];
    return [defectOf(row, text === 'is gone' ? 'lost' : 'corrupt', row.name, `The kept data of its version ${row.version} ${text}.`)];
  });
  const known = new Set(kept.map((row) => row.kept));
  const strays = keptFiles(directory).filter((file) => !known.has(file));
  return [...missing, ...strays.map((file) => ofFolder('orphaned', `.firstlight/history/${file} belongs to no version.`))];
}

function keptFiles(directory: string): string[] {
  return namesIn(directory).flatMap((run) =>
    namesIn(join(directory, run))
      .filter((name) => name.endsWith('.h5') && !name.startsWith('.'))
      .map((name) => join(run, name)),
  );
}

function whyNot(path: string): string | undefined {
  try {
    using file = openFile(path, 'r', {locking: false});
    const why = [...pathsByName(file).values()].flatMap((paths) => unreadable(file, paths) ?? []);
    return why.length > 0 ? `cannot be read (${why.join('; ')})` : undefined;
  } catch (error) {
    return `cannot be read (${sentenceOf(error)})`;
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // folders of long ago may lack it
  }
}

const ageMs = (path: string): number => Date.now() - (statSync(path, {throwIfNoEntry: false})?.mtimeMs ?? Date.now());
