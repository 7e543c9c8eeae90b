import {FirstlightError, isEditableType, parseEditable, type RunId} from '@firstlight/core';
import type {Connection, SqlValue} from '../database/connection.ts';
import {ensureRun} from '../database/runs.ts';
import {storeValues} from '../database/values.ts';
import {coverInViews} from '../database/views.ts';
import {recordVersion} from '../history/record.ts';
import {addUserVariable, type NewUserVariable} from './user-variables.ts';
import type {Hand} from './edit-log.ts';

const commentName = 'comment';
const typedProvenance = 'manual-input'; // as DAMNIT's own table writes it; a comment's is empty
const commentProvenance = '';

/** What a person typed for a value. */
export interface TypedValue {
  readonly run: RunId;
  readonly name: string;
  readonly text: string;
  /** Makes the variable when there is none of this name. */
  readonly create?: Omit<NewUserVariable, 'name'>;
}

/**
 * Stores what a person typed for a variable of a run; an empty text takes the value away. To be called inside a transaction.
 *
 * Throws `no-such-run`, `no-such-variable`, `not-editable`, `bad-value`, and what `addUserVariable` throws.
 */
export function typeValue(connection: Connection, {run, name, text, create}: TypedValue, hand: Hand): void {
  if (name === commentName) return comment(connection, {run, text}, hand);
  listRun(connection, run, hand);
  const known = typeOf(connection, name);
  if (known === undefined && !create) throw noVariable(name);
  if (known === undefined && create) addUserVariable(connection, {name, ...create}, hand);
  const type = known ?? create?.type ?? null;
  if (!isEditableType(type)) throw notEditable(name);
  if (create && create.type !== type)
    throw new FirstlightError('not-editable', `"${name}" is there already, of type ${type}; leave out --type.`, {facts: {name, type}});
  store(
    connection,
    {run, name, value: parseEditable(type, text), kind: type === 'boolean' ? 'bool' : null, provenance: typedProvenance},
    hand,
  );
}

/** Stores the comment on a run; an empty text takes it away. To be called inside a transaction. Throws `no-such-run`. */
export function comment(connection: Connection, {run, text}: {run: RunId; text: string}, hand: Hand): void {
  listRun(connection, run, hand);
  store(connection, {run, name: commentName, value: parseEditable('string', text), kind: null, provenance: commentProvenance}, hand);
}

interface Stored {
  readonly run: RunId;
  readonly name: string;
  readonly value: SqlValue;
  readonly kind: 'bool' | null;
  readonly provenance: string;
}

function store(connection: Connection, {run, name, value, kind, provenance}: Stored, {author, at}: Hand): void {
  const isNaN = Number.isNaN(value);
  const row = {
    name,
    summary: {value: isNaN ? null : value, type: null, kind: value === null ? null : kind},
    maxDiff: null,
    summaryMethod: isNaN ? '' : null, // which tells a NaN from nothing
    attributes: null,
    provenance,
    timestamp: at,
  };
  recordVersion(connection, run, {...row, state: value === null ? 'none' : 'ok', author});
  storeValues(connection, run, [row]);
  coverInViews(connection, [name]);
}

/** Makes sure that a run is listed: other programs may have stored values of one that is not. */
function listRun(connection: Connection, run: RunId, {at}: Hand): void {
  const [proposal, number] = [BigInt(run.proposal), BigInt(run.run)];
  if (connection.prepare('SELECT 1 FROM run_info WHERE proposal = ? AND run = ?').get(proposal, number)) return;
  if (connection.prepare('SELECT 1 FROM run_variables WHERE proposal = ? AND run = ? LIMIT 1').get(proposal, number))
    return ensureRun(connection, run, {addedAt: at});
  throw new FirstlightError(
    'no-such-run',
    `There is no run ${run.run} of proposal ${run.proposal} in this folder; \`firstlight show\` lists the runs.`,
    {facts: {...run}},
  );
}

/** The type of a variable, null when it is computed, undefined when nobody knows it. */
function typeOf(connection: Connection, name: string): string | null | undefined {
  const row = connection.prepare<[string], {type: string | null}>('SELECT type FROM variables WHERE name = ?').get(name);
  if (row) return row.type;
  return connection.prepare('SELECT 1 FROM run_variables WHERE name = ? LIMIT 1').get(name) ? null : undefined;
}

const noVariable = (name: string): FirstlightError =>
  new FirstlightError(
    'no-such-variable',
    `There is no variable "${name}"; to make one that is typed in, say of which type (--type boolean, integer, number or string).`,
    {
      facts: {name},
    },
  );

const notEditable = (name: string): FirstlightError =>
  new FirstlightError(
    'not-editable',
    `"${name}" is computed, so it cannot be typed in; change the context, or make a variable of another name.`,
    {facts: {name}},
  );
