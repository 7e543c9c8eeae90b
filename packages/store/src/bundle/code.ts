import {existsSync, lstatSync, readdirSync, readFileSync} from 'node:fs';
import {extname, join} from 'node:path';
import {z} from 'zod';
import {hasColumn} from '../database/columns.ts';
import type {Connection} from '../database/connection.ts';
import {fileNamePart, inBundle} from './layout.ts';

/** A file of a bundle that is a text. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

const mostFiles = 1000;
const largestFile = 4 * 2 ** 20;
const identityLength = 16; // of 64 digits, enough to tell them apart

/** The texts of a folder that contexts are made of: the context file and the modules beside it. */
export function contextFiles(dir: string): TextFile[] {
  const names = readdirSync(dir).filter((name) => ['.py', '.ts'].includes(extname(name)) && !name.startsWith('.'));
  return names.slice(0, mostFiles).flatMap((name) => {
    const stats = lstatSync(join(dir, name));
    return stats.isFile() && stats.size <= largestFile ? [{path: name, text: readFileSync(join(dir, name), 'utf8')}] : [];
  });
}

/** The texts of every version of the context that was ever loaded: `code/contexts/IDENTITY/FILE`. */
export function* contextVersions(connection: Connection): Generator<TextFile> {
  if (!hasColumn(connection, 'fl_contexts', 'files') || !hasColumn(connection, 'fl_texts', 'text')) return;
  const versions = connection.prepare<[], [string, string]>('SELECT identity, files FROM fl_contexts ORDER BY seen').raw().all();
  const textOf = connection.prepare<[string], string>('SELECT text FROM fl_texts WHERE identity = ?').pluck();
  for (const [identity, files] of versions) {
    for (const [path, text] of Object.entries(textsIn(files))) {
      const safe = path.split('/').map(fileNamePart).join('/');
      yield {path: `${inBundle.code}contexts/${fileNamePart(identity).slice(0, identityLength)}/${safe}`, text: textOf.get(text) ?? ''};
    }
  }
}

/** The code of each variable by version: `code/variables/NAME@IDENTITY.py`. */
export function* variableCodes(connection: Connection): Generator<TextFile> {
  if (!hasColumn(connection, 'fl_codes', 'source')) return;
  const rows = connection
    .prepare<[], [string, string | null, string | null, string]>(
      'SELECT identity, name, language, source FROM fl_codes WHERE source IS NOT NULL ORDER BY id',
    )
    .raw()
    .all();
  for (const [identity, name, language, source] of rows) {
    const extension = language === 'typescript' ? 'ts' : 'py';
    yield {
      path: `${inBundle.code}variables/${fileNamePart(name ?? 'unnamed')}@${identity.slice(0, identityLength)}.${extension}`,
      text: source,
    };
  }
}

/** The environments values were computed in: `environment/IDENTITY.json`. */
export function* environments(connection: Connection): Generator<TextFile> {
  if (!hasColumn(connection, 'fl_environments', 'json')) return;
  const rows = connection.prepare<[], [string, string]>('SELECT identity, json FROM fl_environments').raw().all();
  for (const [identity, json] of rows)
    yield {path: `${inBundle.environments}${fileNamePart(identity).slice(0, identityLength)}.json`, text: `${json}\n`};
}

function textsIn(files: string): Record<string, string> {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(files));
  } catch {
    return {}; // of a later version, perhaps
  }
}

/** Every version of every value as one JSON line, without the values themselves: those are in the database. */
export function historyLines(connection: Connection): string[] {
  if (!hasColumn(connection, 'fl_history', 'version')) return [];
  const rows = connection
    .prepare<[], Record<string, unknown>>(
      `SELECT proposal, run, fl_history.name, version, timestamp, state, provenance, author, fl_history.identity, fl_codes.identity AS code,
         started, seconds, memory, ingredients, kept FROM fl_history LEFT JOIN fl_codes ON fl_codes.id = fl_history.code ORDER BY proposal, run, fl_history.name, version`,
    )
    .all();
  return rows.map((row) => JSON.stringify(row));
}

/** Tells whether a folder has a file. */
export const hasFile = (path: string): boolean => existsSync(path) && lstatSync(path).isFile();
