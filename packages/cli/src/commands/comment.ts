import {FirstlightError} from '@firstlight/core';
import type {CommandRequest} from '@firstlight/engine';
import {chooseFolder} from '../folder.ts';
import {marks, outputFor} from '../output.ts';
import {runCommand} from '../run-command.ts';
import {stopSignal} from '../stop.ts';
import {userName} from '../user-name.ts';

interface CommentOptions {
  at?: string;
  edit?: number;
  delete?: number;
  proposal?: number;
  author?: string;
  folder?: string;
  json?: boolean;
}

/** Comments on a run or on a moment; lists the comments on moments when nothing is said. */
export async function comment(words: readonly string[], options: CommentOptions): Promise<void> {
  const output = outputFor(options);
  const request = requestOf(words, options);
  for await (const line of runCommand(chooseFolder(options.folder), 'comment', request, stopSignal())) {
    if (line.event === 'commented') output.result(line, `${marks.ok} run ${line.run}: ${line.text || 'no comment'}`);
    else output.result(line, `${line.event === 'deleted' ? 'deleted ' : ''}${line.id}  ${localTime(line.at)}  ${line.text}`);
  }
}

function requestOf(words: readonly string[], options: CommentOptions): CommandRequest<'comment'> {
  const {at, edit, delete: gone, proposal, author = userName()} = options;
  const [first, second, ...rest] = words;
  if (rest.length > 0 || [at, edit, gone].filter((option) => option !== undefined).length > 1) throw usage();
  if (gone !== undefined) return first === undefined ? {delete: gone, author} : refuse();
  if (edit !== undefined) return first !== undefined && second === undefined ? {edit, text: first, author} : refuse();
  if (at !== undefined) return first !== undefined && second === undefined ? {at: secondsOf(at), text: first, author} : refuse();
  if (first === undefined) return {};
  if (!/^\d{1,9}$/.test(first) || second === undefined) throw usage();
  return {run: Number(first), text: second, author, ...(proposal !== undefined && {proposal})};
}

function refuse(): never {
  throw usage();
}

const usage = (): FirstlightError =>
  new FirstlightError(
    'usage',
    'Write `comment RUN TEXT`, `comment --at TIME TEXT`, `comment --edit ID TEXT`, `comment --delete ID`, or nothing to list; put the text in quotes.',
  );

const halfDayMs = 12 * 3600 * 1000;
const timeOfDay = /^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/;
// Date.parse takes much more, `5` and `24:70` for example, and makes something of it.
const wholeTime = /^\d{4}-\d{2}-\d{2}[ T]([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/;

/** A moment as people write it, in seconds since 1970: `now`, `14:30` (the nearest: after midnight 23:50 is yesterday's), `2026-11-21 14:30`, or the seconds themselves. */
export function secondsOf(text: string, now = Date.now()): number {
  if (text === 'now') return now / 1000;
  if (/^\d{9,11}(\.\d+)?$/.test(text)) return Number(text);
  const isTimeOfDay = timeOfDay.test(text);
  const onDay = (day: number): number => Date.parse(`${new Date(day).toDateString()} ${text}`);
  const today = isTimeOfDay ? onDay(now) : wholeTime.test(text) ? Date.parse(text) : Number.NaN;
  const milliseconds = isTimeOfDay && today - now > halfDayMs ? onDay(now - 2 * halfDayMs) : today;
  if (Number.isFinite(milliseconds)) return milliseconds / 1000;
  throw new FirstlightError('usage', `"${text}" is no time; write now, 14:30, "2026-11-21 14:30" or seconds since 1970.`);
}

function localTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? '?' : date.toLocaleString('sv-SE');
}
