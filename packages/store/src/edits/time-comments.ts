import {FirstlightError} from '@firstlight/core';
import type {Connection} from '../database/connection.ts';
import {type Hand, logEdit} from './edit-log.ts';

/** A comment that belongs to a moment, not to a run. */
export interface TimeComment {
  /** Names it as long as it is there. */
  readonly id: number;
  /** Seconds since 1970. */
  readonly at: number;
  readonly text: string;
}

/** All comments on moments, in the order of time. */
export const timeComments = (connection: Connection): TimeComment[] =>
  connection
    .prepare<[], TimeComment>('SELECT rowid AS id, timestamp AS at, comment AS text FROM time_comments ORDER BY timestamp, rowid')
    .all();

/** Adds a comment on a moment (seconds since 1970). To be called inside a transaction, as the others here. */
export function addTimeComment(connection: Connection, {at, text}: {at: number; text: string}, hand: Hand): TimeComment {
  const {lastInsertRowid} = connection.prepare('INSERT INTO time_comments (timestamp, comment) VALUES (?, ?)').run(at, text);
  const id = Number(lastInsertRowid);
  logEdit(connection, hand, {what: 'time-comment', target: String(id), before: null, after: text});
  return {id, at, text};
}

/** Changes a comment on a moment. Throws `no-such-comment`. */
export function changeTimeComment(connection: Connection, {id, text}: {id: number; text: string}, hand: Hand): TimeComment {
  const {at, text: before} = commentOf(connection, id);
  connection.prepare('UPDATE time_comments SET comment = ? WHERE rowid = ?').run(text, BigInt(id));
  logEdit(connection, hand, {what: 'time-comment', target: String(id), before, after: text});
  return {id, at, text};
}

/** Deletes a comment on a moment. Throws `no-such-comment`. */
export function deleteTimeComment(connection: Connection, {id}: {id: number}, hand: Hand): TimeComment {
  const comment = commentOf(connection, id);
  connection.prepare('DELETE FROM time_comments WHERE rowid = ?').run(BigInt(id));
  logEdit(connection, hand, {what: 'time-comment', target: String(id), before: comment.text, after: null});
  return comment;
}

function commentOf(connection: Connection, id: number): TimeComment {
  const found = timeComments(connection).find((comment) => comment.id === id);
  if (found) return found;
  throw new FirstlightError('no-such-comment', `There is no comment ${id}; \`firstlight comment\` lists them with their numbers.`, {
    facts: {id},
  });
}
