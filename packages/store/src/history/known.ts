import type {Environment} from '@firstlight/core';
import type {Connection} from '../database/connection.ts';
import type {RunFile} from './remember.ts';
import {hasHistory} from './row-version.ts';

/** The code of a variable, as a context had it that was loaded here. */
export interface KnownCode {
  readonly identity: string;
  readonly name: string;
  readonly language: string;
  /** The function as it was written. */
  readonly source: string;
  /** Files with code it reached, relative to the context's folder, if that was more than the context file. */
  readonly files: readonly string[];
}

/** A version of the context: its files by path, relative to its folder. */
export interface KnownContext {
  readonly identity: string;
  readonly language: string;
  /** When it was loaded first, in seconds since 1970. */
  readonly seen: number;
  readonly files: Readonly<Record<string, string>>;
}

/** What the identity of a variable's code stands for; undefined when no context with it was loaded here. */
export function knownCode(connection: Connection, identity: string): KnownCode | undefined {
  if (!hasHistory(connection)) return undefined;
  const row = connection
    .prepare<[string], {name: string; language: string; source: string | null; files: string | null}>(
      'SELECT name, language, source, files FROM fl_codes WHERE identity = ?',
    )
    .get(identity);
  if (!row || row.source === null) return undefined;
  return {identity, name: row.name, language: row.language, source: row.source, files: JSON.parse(row.files ?? '[]') as string[]};
}

/** What the identity of a version of the context stands for. */
export function knownContext(connection: Connection, identity: string): KnownContext | undefined {
  if (!hasHistory(connection)) return undefined;
  const row = connection
    .prepare<[string], {language: string; seen: number; files: string}>('SELECT language, seen, files FROM fl_contexts WHERE identity = ?')
    .get(identity);
  if (!row) return undefined;
  const text = connection.prepare<[string], string>('SELECT text FROM fl_texts WHERE identity = ?').pluck();
  const files = Object.entries(JSON.parse(row.files) as Record<string, string>).map(([path, of]) => [path, text.get(of) ?? '']);
  return {identity, language: row.language, seen: row.seen, files: Object.fromEntries(files) as Record<string, string>};
}

/** Interpreter and packages that an identity stands for. */
export function knownEnvironment(connection: Connection, identity: string): Environment | undefined {
  const json = connection.prepare<[string], string>('SELECT json FROM fl_environments WHERE identity = ?').pluck().get(identity);
  return json === undefined ? undefined : (JSON.parse(json) as Environment);
}

/** The files of a run that an identity stands for; of one that joins two (raw and processed data), those of both. */
export function knownRunFiles(connection: Connection, identity: string): RunFile[] | undefined {
  const query = connection.prepare<[string], string>('SELECT json FROM fl_run_files WHERE identity = ?').pluck();
  const found = [...new Set([identity, ...identity.split('+')])].map((part) => query.get(part)).filter((json) => json !== undefined);
  return found.length === 0 ? undefined : found.flatMap((json) => JSON.parse(json) as RunFile[]);
}
