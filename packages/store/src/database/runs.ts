import type {RunId} from '@firstlight/core';
import type {Connection} from './connection.ts';

/** Makes sure a run has its row. Times are seconds since 1970; an existing row keeps its `added_at`, and its start time unless one is given. */
export function ensureRun(
  connection: Connection,
  {proposal, run}: RunId,
  {addedAt, startTime = null}: {addedAt: number; startTime?: number | null},
): void {
  connection
    .prepare(
      'INSERT INTO run_info (proposal, run, start_time, added_at) VALUES (?, ?, ?, ?) ON CONFLICT (proposal, run) DO UPDATE SET start_time = coalesce(excluded.start_time, start_time)',
    )
    .run(BigInt(proposal), BigInt(run), startTime, addedAt);
}
