import type {VariableInfo} from '@firstlight/core';
import type {Connection} from './connection.ts';
import {coverInViews} from './views.ts';

/** Names that have values but, by DAMNIT's custom, no row in `variables`. */
const withoutRow: ReadonlySet<string> = new Set(['start_time', 'comment']);

/** What of a variable the folder keeps. */
export type StoredVariable = Pick<VariableInfo, 'name' | 'title' | 'description' | 'tags' | 'units'>;

/** Brings the known variables up to what a context file declares. Variables it no longer declares stay: their values do, too. */
export function updateVariables(connection: Connection, variables: readonly StoredVariable[]): void {
  const upsert = connection.prepare(
    'INSERT INTO variables (name, type, title, description, attributes) VALUES (?, NULL, ?, ?, NULL) ON CONFLICT (name) DO UPDATE SET type = NULL, title = excluded.title, description = excluded.description',
  );
  const units = connection.prepare(
    'INSERT INTO fl_variables (name, units) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET units = excluded.units',
  );
  const write = connection.transaction(() => {
    for (const variable of variables) {
      upsert.run(variable.name, variable.title, variable.description);
      units.run(variable.name, variable.units);
      tagAs(connection, variable.name, variable.tags);
    }
    coverInViews(
      connection,
      variables.map(({name}) => name),
    );
  });
  write.immediate();
}

function tagAs(connection: Connection, name: string, tags: readonly string[]): void {
  const idOf = connection.prepare<[string], bigint | number>('SELECT id FROM tags WHERE name = ?').pluck();
  const linked = connection
    .prepare<[string], string>('SELECT tags.name FROM variable_tags JOIN tags ON tags.id = tag_id WHERE variable_name = ?')
    .pluck()
    .all(name);
  for (const tag of linked.filter((tag) => !tags.includes(tag))) {
    connection.prepare('DELETE FROM variable_tags WHERE variable_name = ? AND tag_id = ?').run(name, idOf.get(tag));
  }
  for (const tag of tags.filter((tag) => !linked.includes(tag))) {
    connection.prepare('INSERT OR IGNORE INTO tags (name) VALUES (?)').run(tag);
    connection.prepare('INSERT OR IGNORE INTO variable_tags VALUES (?, ?)').run(name, idOf.get(tag));
  }
}

/** Gives each name that nobody declared (`damnit.submit()` sends such) a row, because DAMNIT cannot read a variable without one. */
export function ensureVariables(connection: Connection, names: readonly string[]): void {
  const insert = connection.prepare(
    'INSERT INTO variables (name, type, title, description, attributes) VALUES (?, NULL, ?, NULL, NULL) ON CONFLICT (name) DO NOTHING',
  );
  for (const name of names.filter((name) => !withoutRow.has(name))) insert.run(name, name);
  coverInViews(connection, names);
}
