import {summaryToJson} from '@firstlight/core';
import type {Activity, Attributes, Cell, CellState} from '@firstlight/core';
import {withAddress} from './addresses.ts';

/** A cell as JSON says it, without its place in the table. */
export interface CellJson {
  readonly state: CellState;
  readonly summary: unknown;
  readonly activity: Activity;
  readonly message: string | null;
}

/** A cell as JSON for scripts and the page: NaN and infinities as strings, pictures as `{"image": address}`, complex as `{"re", "im"}`. */
export const cellToJson = (cell: Cell, experimentId: string): CellJson => ({
  state: cell.state,
  summary: summaryToJson(withAddress(cell.summary, experimentId, cell, cell.name)),
  activity: cell.activity,
  message: cell.message,
});

/** What is known of a cell beside what a script needs, or undefined: DAMNIT's attributes and the spread of the full data. */
export function detailsToJson({
  attributes,
  maxDiff,
}: Pick<Cell, 'attributes' | 'maxDiff'>): {attributes: Attributes | null; maxDiff: unknown} | undefined {
  return attributes === null && maxDiff === null ? undefined : {attributes, maxDiff: summaryToJson(maxDiff)};
}
