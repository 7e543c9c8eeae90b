import {parseRuns} from '@firstlight/core';
import type {RunId} from '@firstlight/core';

/**
 * Reads which rows someone means: `12`, `1-5,8` or `all`, of one proposal or of every one.
 *
 * @throws FirstlightError `bad-runs`.
 */
export function parseRunIds(text: string, proposal: number | undefined): (row: RunId) => boolean {
  const numbers = parseRuns(text);
  const wanted = numbers === 'all' ? undefined : new Set(numbers);
  return (row) => (proposal === undefined || row.proposal === proposal) && (wanted === undefined || wanted.has(row.run));
}
