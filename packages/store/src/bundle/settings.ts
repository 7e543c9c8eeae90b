import type {Connection, SqlValue} from '../database/connection.ts';

/** What is only true of one folder in one place: it does not travel. */
const local: ReadonlySet<string> = new Set([
  'db_id',
  'context_python',
  'damnit_python',
  'data_root',
  'data_format_version',
  'slurm_reservation',
  'slurm_partition',
]);

/** Copies what a folder says about itself, but for what is only true where it is. */
export function copySettings(from: Connection, to: Connection): void {
  const rows = from.prepare<[], [string, SqlValue]>('SELECT key, value FROM metameta').raw().safeIntegers().all();
  const store = to.prepare('INSERT OR REPLACE INTO metameta VALUES (?, ?)');
  for (const [key, value] of rows) if (!local.has(key)) store.run(key, value);
}
