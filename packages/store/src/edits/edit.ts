import type {RunId} from '@firstlight/core';
import type {Connection} from '../database/connection.ts';
import type {Hand} from './edit-log.ts';
import {comment, type TypedValue, typeValue} from './edit-value.ts';
import {changeSetting} from './settings.ts';
import {addTimeComment, changeTimeComment, deleteTimeComment, type TimeComment} from './time-comments.ts';

/** Something that a person changes by hand. */
export type Edit =
  | ({readonly edit: 'value'} & TypedValue)
  | {readonly edit: 'comment'; readonly run: RunId; readonly text: string}
  | {readonly edit: 'add-time-comment'; readonly at: number; readonly text: string}
  | {readonly edit: 'change-time-comment'; readonly id: number; readonly text: string}
  | {readonly edit: 'delete-time-comment'; readonly id: number}
  | {readonly edit: 'setting'; readonly key: string; readonly text: string | null};

/**
 * Makes a change by hand, all of it or nothing; gives the time comment it was about, if it was about one.
 *
 * @param beforeCommit the last thing before it counts; throwing there undoes it.
 */
export function makeEdit(connection: Connection, edit: Edit, hand: Hand, beforeCommit: () => void): TimeComment | undefined {
  const make = connection.transaction(() => {
    const comment = makers[edit.edit](connection, edit as never, hand);
    beforeCommit();
    return comment;
  });
  return make.immediate();
}

type Maker<Kind extends Edit['edit']> = (connection: Connection, edit: Extract<Edit, {edit: Kind}>, hand: Hand) => TimeComment | undefined;

/** For what has nothing to give. */
const silent =
  <E>(make: (connection: Connection, edit: E, hand: Hand) => void) =>
  (connection: Connection, edit: E, hand: Hand): undefined => {
    make(connection, edit, hand);
  };

const makers: {readonly [Kind in Edit['edit']]: Maker<Kind>} = {
  value: silent(typeValue),
  comment: silent(comment),
  setting: silent(changeSetting),
  'add-time-comment': addTimeComment,
  'change-time-comment': changeTimeComment,
  'delete-time-comment': deleteTimeComment,
};
