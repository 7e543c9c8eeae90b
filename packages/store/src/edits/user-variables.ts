import {type EditableType, FirstlightError} from '@firstlight/core';
import type {Connection} from '../database/connection.ts';
import {coverInViews} from '../database/views.ts';
import {type Hand, logEdit} from './edit-log.ts';

/** A variable that a person fills in. */
export interface NewUserVariable {
  readonly name: string;
  readonly type: EditableType;
  /** Default: the name. */
  readonly title?: string;
}

const reserved: ReadonlySet<string> = new Set([
  'proposal',
  'run',
  'start_time',
  'added_at',
  'comment',
  'Proposal',
  'Run',
  'Timestamp',
  'Comment',
  'Status',
]);

/** Adds a variable that a person fills in. To be called inside a transaction. Throws `bad-name` or `name-taken`. */
export function addUserVariable(connection: Connection, {name, type, title = name}: NewUserVariable, hand: Hand): void {
  if (!/^[a-zA-Z_]\w*$/.test(name))
    throw new FirstlightError('bad-name', `"${name}" cannot be the name of a variable; take letters, digits and _.`, {facts: {name}});
  for (const wanted of new Set([name, title])) checkFree(connection, wanted);
  connection
    .prepare('INSERT INTO variables (name, type, title, description, attributes) VALUES (?, ?, ?, NULL, NULL)')
    .run(name, type, title);
  coverInViews(connection, [name]);
  logEdit(connection, hand, {what: 'variable', target: name, before: null, after: `${type} "${title}"`});
}

function checkFree(connection: Connection, wanted: string): void {
  const taken = connection
    .prepare<[string, string, string]>(
      'SELECT 1 FROM variables WHERE name = ? OR title = ? UNION SELECT 1 FROM run_variables WHERE name = ? LIMIT 1',
    )
    .get(wanted, wanted, wanted);
  if (!taken && !reserved.has(wanted)) return;
  throw new FirstlightError('name-taken', `There is a column "${wanted}" already; choose another name or title.`, {facts: {name: wanted}});
}
