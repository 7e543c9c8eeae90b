import {FirstlightError, parseRuns} from '@firstlight/core';

/** Which part of the table is wanted; default all of it. */
export interface TableSelection {
  /** Names of variables. */
  readonly variables?: readonly string[];
  /** `'1-5,8'`, or run numbers. */
  readonly runs?: string | readonly number[];
  /** When runs of several proposals are there. */
  readonly proposal?: number;
}

/** The positions of the wanted runs. @throws FirstlightError `bad-runs`. */
export function positionsOf({runs, proposal}: TableSelection, proposals: Int32Array, numbers: Int32Array): Int32Array {
  const parsed = typeof runs === 'string' ? parseRuns(runs) : (runs ?? 'all');
  const wanted = parsed === 'all' ? undefined : new Set(parsed);
  const isWanted = (position: number): boolean =>
    (wanted === undefined || wanted.has(numbers[position] as number)) && (proposal === undefined || proposals[position] === proposal);
  return Int32Array.from(numbers.keys().filter(isWanted));
}

/** The query that asks for some variables. */
export function columnsQuery({variables}: TableSelection): string {
  if (!variables) return '';
  const odd = variables.find((name) => name.includes(','));
  if (odd !== undefined) throw new FirstlightError('no-such-variable', `"${odd}" cannot be the name of a variable.`);
  return `?${new URLSearchParams({columns: variables.join(',')})}`;
}
