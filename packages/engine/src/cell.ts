import {summaryFromWire} from '@firstlight/core';
import type {Activity, Attributes, Cell, CellState, RunId, Summary, ValueEvent} from '@firstlight/core';

/** What a cell holds, without what is being done about it. */
export type CellContent = Pick<Cell, 'state' | 'summary' | 'message' | 'attributes' | 'maxDiff'>;

/** What can happen to a cell. */
export type CellEvent =
  | {readonly type: 'activity'; readonly activity: Activity}
  | {readonly type: 'content'; readonly content: CellContent};

/** The cell of a run and a name before anything is known of it. */
export const missingCell = ({proposal, run}: RunId, name: string): Cell => ({
  proposal,
  run,
  name,
  state: 'missing',
  activity: 'idle',
  summary: null,
  message: null,
  attributes: null,
  maxDiff: null,
});

/** The cell after an event; the same object when nothing a person could see changed. */
export function next(cell: Cell, event: CellEvent): Cell {
  if (event.type === 'activity') return cell.activity === event.activity ? cell : {...cell, activity: event.activity};
  return sameContent(cell, event.content) ? cell : {...cell, ...event.content};
}

/**
 * Tells whether two contents are the same to a reader.
 *
 * The database keeps true and false as 1 and 0, so a value read back equals the one announced.
 */
export const sameContent = (a: CellContent, b: CellContent): boolean =>
  a.state === b.state &&
  a.message === b.message &&
  Object.is(a.maxDiff, b.maxDiff) &&
  sameData(plain(a.summary), plain(b.summary)) &&
  sameData(a.attributes, b.attributes);

const plain = (summary: Summary): Summary => (typeof summary === 'boolean' ? Number(summary) : summary);

function sameData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => sameData(a[key as never], b[key as never]));
}

/** Why a cell has no value, as its tooltip says it: `ZeroDivisionError: division by zero (context.py:12)`; skips and missing dependencies say it in their own words. */
export function messageOf(state: CellState | 'cancelled', attributes: Attributes | null): string | null {
  const error = attributes?.error;
  if (error === undefined) return null;
  const kind = attributes?.error_cls;
  const said = state !== 'failed' || !kind || kind === 'DependencyError' ? error : error === '' ? kind : `${kind}: ${error}`;
  return attributes?.where === undefined ? said : `${said} (${attributes.where})`;
}

/**
 * What a cell holds after a value event, or undefined when the event leaves the cell as it was (cancelled).
 *
 * @param imageUrl where this cell's picture is served.
 */
export function contentOf(event: ValueEvent, imageUrl: string): CellContent | undefined {
  if (event.state === 'cancelled') return undefined;
  const maxDiff = typeof event.maxDiff === 'string' ? Number(event.maxDiff) : event.maxDiff;
  return {
    state: event.state,
    summary: summaryFromWire(event.summary, imageUrl),
    message: messageOf(event.state, event.attributes),
    attributes: event.attributes,
    maxDiff,
  };
}
