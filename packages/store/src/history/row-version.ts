import type {RunId} from '@firstlight/core';
import type {Connection, SqlValue} from '../database/connection.ts';
import {type NewVersion, stateOfRow} from './model.ts';

/** A value's row in `run_variables`, as far as the history copies it. */
interface Row {
  readonly value: SqlValue;
  readonly timestamp: number | bigint | null;
  readonly max_diff: number | bigint | null;
  readonly provenance: string | null;
  readonly summary_type: string | null;
  readonly summary_method: string | null;
  readonly attributes: string | null;
  readonly summary_kind: string | null;
}

export type CellKey = [proposal: bigint, run: bigint, name: string];

export const cellKey = ({proposal, run}: RunId, name: string): CellKey => [BigInt(proposal), BigInt(run), name];

/** Whether a database has our tables; one that was never opened to write by us has none. */
export const hasHistory = (connection: Connection): boolean =>
  connection.prepare("SELECT 1 FROM sqlite_master WHERE name = 'fl_history'").get() !== undefined;

/** The version that a row would be; what its data is, only the run's file knows. Undefined without a row. */
export function versionOfRow(connection: Connection, run: RunId, name: string): NewVersion | undefined {
  const row = selectRow(connection, cellKey(run, name));
  if (!row) return undefined;
  const attributes = objectIn(row.attributes);
  return {
    name,
    timestamp: row.timestamp === null ? null : Number(row.timestamp),
    state: stateOfRow(row, attributes),
    summary: {
      value: row.value,
      type: row.summary_type as NewVersion['summary']['type'],
      kind: row.summary_kind === 'bool' ? 'bool' : null,
    },
    maxDiff: row.max_diff === null ? null : Number(row.max_diff),
    summaryMethod: row.summary_method,
    attributes,
    provenance: row.provenance ?? '',
  };
}

function selectRow(connection: Connection, cell: CellKey): Row | undefined {
  const hasAttributes = columnsOf(connection, 'run_variables').includes('attributes'); // since format version 2
  const ownKind = 'SELECT kind FROM fl_summary_kinds AS kinds WHERE kinds.proposal = rows.proposal AND kinds.run = rows.run';
  const kind = hasHistory(connection) ? `(${ownKind} AND kinds.name = rows.name AND kinds.timestamp = rows.timestamp)` : 'NULL';
  return connection
    .prepare<CellKey, Row>(
      `SELECT value, timestamp, max_diff, provenance, summary_type, summary_method, ${hasAttributes ? 'attributes' : 'NULL AS attributes'}, ${kind} AS summary_kind
       FROM run_variables AS rows WHERE proposal = ? AND run = ? AND name = ? ORDER BY version DESC LIMIT 1`,
    )
    .safeIntegers()
    .get(...cell);
}

const columnsOf = (connection: Connection, table: string): string[] =>
  (connection.pragma(`table_info(${table})`) as {name: string}[]).map(({name}) => name);

/** Attributes as an object. Other programs write them, too: what is no JSON object is left out. */
export function objectIn(text: string | null): Readonly<Record<string, unknown>> | null {
  if (typeof text !== 'string') return null;
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
