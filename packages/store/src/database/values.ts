import type {Attributes, RunId} from '@firstlight/core';
import type {Connection} from './connection.ts';
import {remembered} from './remembered.ts';
import type {EncodedSummary} from './summaries.ts';

/** A row of `run_variables`, ready to bind. */
export interface ValueRow {
  readonly name: string;
  readonly summary: EncodedSummary;
  readonly maxDiff: number | null;
  readonly summaryMethod: string | null;
  /** Kept as JSON; null when there are none. */
  readonly attributes: Attributes | Readonly<Record<string, unknown>> | null;
  readonly provenance: string;
  /** Seconds since 1970 of the moment of writing. */
  readonly timestamp: number;
}

const upsertValue = `
INSERT INTO run_variables (proposal, run, name, version, value, timestamp, max_diff, provenance, summary_type, summary_method, attributes)
VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (proposal, run, name, version) DO UPDATE SET value = excluded.value, timestamp = excluded.timestamp, max_diff = excluded.max_diff,
  provenance = excluded.provenance, summary_type = excluded.summary_type, summary_method = excluded.summary_method, attributes = excluded.attributes`;

const upsertKind = `
INSERT INTO fl_summary_kinds (proposal, run, name, timestamp, kind) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (proposal, run, name) DO UPDATE SET timestamp = excluded.timestamp, kind = excluded.kind`;

const statementsOf = remembered((connection) => ({
  value: connection.prepare(upsertValue),
  kind: connection.prepare(upsertKind),
  noKind: connection.prepare('DELETE FROM fl_summary_kinds WHERE proposal = ? AND run = ? AND name = ?'),
}));

/** Writes a run's rows, replacing what was there. To be called inside a transaction. */
export function storeValues(connection: Connection, {proposal, run}: RunId, rows: readonly ValueRow[]): void {
  const [id, number] = [BigInt(proposal), BigInt(run)];
  const {value, kind, noKind} = statementsOf(connection);
  for (const row of rows) {
    const {summary, name, timestamp} = row;
    const attributes = row.attributes === null ? null : JSON.stringify(row.attributes);
    const maxDiff = row.maxDiff === null || Number.isNaN(row.maxDiff) ? null : row.maxDiff;
    value.run(id, number, name, summary.value, timestamp, maxDiff, row.provenance, summary.type, row.summaryMethod, attributes);
    if (summary.kind) kind.run(id, number, name, timestamp, summary.kind);
    else noKind.run(id, number, name);
  }
}
