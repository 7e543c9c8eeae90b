import type {Origin} from '@firstlight/core';
import type {Connection} from '../database/connection.ts';
import {remembered} from '../database/remembered.ts';

/** What a version says of its origin itself; the rest it shares with others, by number. */
export interface StoredOrigin {
  readonly identity: string;
  readonly code: bigint;
  readonly computation: bigint;
  /** JSON: what this value alone was made of. */
  readonly ingredients: string;
}

const statementsOf = remembered((connection) => ({
  code: connection.prepare<[string], bigint>('SELECT id FROM fl_codes WHERE identity = ?').pluck().safeIntegers(),
  addCode: connection.prepare<[string, string, string]>('INSERT INTO fl_codes (identity, name, language) VALUES (?, ?, ?)').safeIntegers(),
  computations: connection
    .prepare<[string], Record<string, unknown> & {id: bigint}>(
      'SELECT id, context, environment, data, trigger, attempt, language, host, pid, user FROM fl_computations WHERE job = ?',
    )
    .safeIntegers(),
  addComputation: connection
    .prepare(
      'INSERT INTO fl_computations (job, context, environment, data, trigger, attempt, language, host, pid, user) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    .safeIntegers(),
}));

/** Stores what an origin shares with others, once, and gives the rest. */
export function storeOrigin(connection: Connection, name: string, origin: Origin): StoredOrigin {
  const {identity, code, inputs, dependsOn, transient} = origin;
  return {
    identity,
    code: numberOfCode(connection, code, name, origin.language),
    computation: numberOfComputation(connection, origin),
    ingredients: JSON.stringify({inputs, dependsOn, transient}),
  };
}

function numberOfCode(connection: Connection, identity: string, name: string, language: string): bigint {
  const {code, addCode} = statementsOf(connection);
  return code.get(identity) ?? BigInt(addCode.run(identity, name, language).lastInsertRowid);
}

function numberOfComputation(connection: Connection, origin: Origin): bigint {
  const {job, context, environment, data, trigger, language, host, user} = origin;
  const [attempt, pid] = [BigInt(origin.attempt), BigInt(origin.pid)];
  const {computations, addComputation} = statementsOf(connection);
  const wanted: Record<string, unknown> = {context, environment, data, trigger, attempt, language, host, pid, user};
  const known = computations.all(job).find((row) => Object.entries(wanted).every(([key, value]) => row[key] === value));
  return (
    known?.id ?? BigInt(addComputation.run(job, context, environment, data, trigger, attempt, language, host, pid, user).lastInsertRowid)
  );
}
