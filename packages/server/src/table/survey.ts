import type {Cell} from '@firstlight/core';
import {linesOf} from './snapshot.ts';
import type {Line, Snapshot} from './snapshot.ts';

/** What a column's Arrow type says. */
export type ColumnKind = 'number' | 'boolean' | 'json';

/** What has to be known of a column before its first row can be written. */
export interface ColumnFacts {
  readonly kind: ColumnKind;
  readonly hasMessages: boolean;
  readonly hasActivities: boolean;
  readonly hasDetails: boolean;
}

const bits = {number: 1, boolean: 2, other: 4, message: 8, activity: 16, details: 32};

/** Looks at every cell once: kinds of columns, and the rows in pieces. */
export async function survey(snapshot: Snapshot): Promise<{facts: ColumnFacts[]; pieces: Line[][]}> {
  const found = new Uint8Array(snapshot.columns.length);
  const pieces: Line[][] = [];
  for await (const lines of linesOf(snapshot)) {
    pieces.push(lines);
    for (const {cells} of lines) mark(found, cells);
  }
  return {facts: Array.from(found, factsOf), pieces};
}

function mark(found: Uint8Array, cells: Line['cells']): void {
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (cell) found[i] = (found[i] ?? 0) | bitsOf(cell);
  }
}

function bitsOf({summary, message, activity, attributes, maxDiff}: Cell): number {
  const kind = typeof summary === 'number' ? bits.number : summary === null ? 0 : rareBitsOf(summary);
  return (
    kind |
    (message === null ? 0 : bits.message) |
    (activity === 'idle' ? 0 : bits.activity) |
    (attributes === null && maxDiff === null ? 0 : bits.details)
  );
}

function rareBitsOf(summary: Exclude<Cell['summary'], null | number>): number {
  if (typeof summary === 'boolean') return bits.boolean;
  return typeof summary === 'bigint' && Number.isSafeInteger(Number(summary)) ? bits.number : bits.other;
}

const factsOf = (found: number): ColumnFacts => ({
  kind: kindOf(found & (bits.number | bits.boolean | bits.other)),
  hasMessages: (found & bits.message) !== 0,
  hasActivities: (found & bits.activity) !== 0,
  hasDetails: (found & bits.details) !== 0,
});

/** The narrowest kind that loses nothing: a mixture of numbers and booleans, or an integer beyond 2^53, is JSON. */
function kindOf(found: number): ColumnKind {
  if (found === 0 || found === bits.number) return 'number';
  return found === bits.boolean ? 'boolean' : 'json';
}
