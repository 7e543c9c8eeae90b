import {createHash} from 'node:crypto';
import type {DescribedEvent} from '@firstlight/core';
import type {Connection} from '../database/connection.ts';

/** A file of a run, as it was when a value was computed. */
export interface RunFile {
  readonly name: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** What a runner says of a context that the folder remembers. */
export type RememberedContext = Pick<DescribedEvent, 'language' | 'context' | 'environment'> & {
  readonly variables: readonly Pick<DescribedEvent['variables'][number], 'name' | 'code'>[];
};

/**
 * Remembers what the identities in origins stand for: the code of variables, the texts of the context, interpreter and packages. Each text is kept once.
 *
 * @param now seconds since 1970.
 */
export function rememberContext(connection: Connection, {language, variables, context, environment}: RememberedContext, now: number): void {
  const code = connection.prepare(
    'INSERT INTO fl_codes (identity, name, language, source, files) VALUES (?, ?, ?, ?, ?) ON CONFLICT (identity) DO UPDATE SET source = excluded.source, files = excluded.files WHERE source IS NULL',
  );
  const write = connection.transaction(() => {
    for (const variable of variables) {
      if (variable.code)
        code.run(variable.code.identity, variable.name, language, variable.code.source, JSON.stringify(variable.code.files ?? []));
    }
    if (context) rememberTexts(connection, language, context, now);
    if (environment)
      connection.prepare('INSERT OR IGNORE INTO fl_environments VALUES (?, ?)').run(environment.identity, JSON.stringify(environment));
  });
  write.immediate();
}

function rememberTexts(
  connection: Connection,
  language: string,
  {identity, files}: NonNullable<RememberedContext['context']>,
  now: number,
): void {
  const text = connection.prepare('INSERT OR IGNORE INTO fl_texts VALUES (?, ?)');
  const named = files.map((file) => ({...file, identity: createHash('sha256').update(file.text).digest('hex')}));
  for (const file of named) text.run(file.identity, file.text);
  connection
    .prepare('INSERT OR IGNORE INTO fl_contexts VALUES (?, ?, ?, ?)')
    .run(identity, language, now, JSON.stringify(Object.fromEntries(named.map((file) => [file.path, file.identity]))));
}

/** Remembers the files that the identity of a run's data stands for. */
export function rememberRunFiles(connection: Connection, identity: string, files: readonly RunFile[]): void {
  connection.prepare('INSERT OR IGNORE INTO fl_run_files VALUES (?, ?)').run(identity, JSON.stringify(files));
}
