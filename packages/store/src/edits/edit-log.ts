import type {Connection} from '../database/connection.ts';

/** What people change by hand besides values. */
export type EditedThing = 'time-comment' | 'setting' | 'variable';

/** Who changed something by hand, and when (seconds since 1970). */
export interface Hand {
  readonly author: string | null;
  readonly at: number;
}

/** Keeps what a thing was before somebody changed it; null: it was not there, or is not there any more. */
export function logEdit(
  connection: Connection,
  {author, at}: Hand,
  {what, target, before, after}: {what: EditedThing; target: string; before: string | null; after: string | null},
): void {
  connection
    .prepare('INSERT INTO fl_edits (at, author, what, target, before, after) VALUES (?, ?, ?, ?, ?, ?)')
    .run(at, author, what, target, before, after);
}
