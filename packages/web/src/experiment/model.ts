import type {Activity, Attributes, CellState, RunId, Summary} from '@firstlight/core';

/** What a cell shows; a `Cell` of core without its place. */
export interface CellContent {
  readonly state: CellState;
  readonly activity: Activity;
  readonly summary: Summary;
  readonly message: string | null;
  readonly attributes: Attributes | null;
  readonly maxDiff: number | null;
}

/** A cell as the change feed tells it. */
export interface ChangedCell extends CellContent, RunId {
  readonly name: string;
}

/** States and activities in the order of their numbers on the wire and in our columns. */
export const states: readonly CellState[] = ['ok', 'none', 'skipped', 'failed', 'missing'];
export const activities: readonly Activity[] = ['idle', 'queued', 'running'];

/** What nobody has told us anything about. */
export const missingCell: CellContent = {state: 'missing', activity: 'idle', summary: null, message: null, attributes: null, maxDiff: null};

/** A summary from JSON; NaN and the infinities travel as strings, integers beyond 2^53 as `{int}`. Points of a trend stay as they came: most are never drawn. */
export function summaryFromJson(json: unknown): Summary {
  if (json === 'NaN' || json === 'Infinity' || json === '-Infinity') return Number(json);
  return typeof json === 'object' && json !== null && 'int' in json ? BigInt(json.int as string) : (json as Summary);
}

/** `XGM/Intensity` as group and name; a title without a slash has no group. */
export function splitTitle(title: string): {group: string; name: string} {
  const slash = title.lastIndexOf('/');
  if (slash <= 0 || slash === title.length - 1) return {group: '', name: title};
  return {group: title.slice(0, slash).replaceAll('/', ' · '), name: title.slice(slash + 1)};
}
