import type {Origin} from '@firstlight/core';
import type {ValueRow} from '../database/values.ts';

/** What became of a variable, as the history keeps it. */
export type VersionState = 'ok' | 'none' | 'failed' | 'skipped';

/** A version of a value, before it has its number. */
export interface NewVersion extends Omit<ValueRow, 'timestamp'> {
  /** Seconds since 1970; the `timestamp` of its row, by which the two are known to belong together. */
  readonly timestamp: number | null;
  readonly state: VersionState;
  /** False: the value has data but no summary, so DAMNIT keeps no row for it. Default true. */
  readonly hasRow?: boolean;
  /** What the data is: `float64 (3, 4)`, `text`, `DataArray`, `figure`; null or left out: no data, or not known. */
  readonly kind?: string | null;
  /** False: the run's file tells more than the summary, so its data is kept when it is replaced. Default true. */
  readonly isWhole?: boolean;
  /** Who typed it; null or left out: nobody. */
  readonly author?: string | null;
  /** What it was made of; null or left out: nobody knows. */
  readonly origin?: Origin | null;
  /** File name of the fragment that brought it; null or left out: it came another way. */
  readonly fragment?: string | null;
}

/** Why the reader shows a row without a value, and what the history calls it: see `rowsOf`. */
export function stateOfRow(
  {value, summary_method: method}: {readonly value: unknown; readonly summary_method: unknown},
  attributes: {readonly error?: unknown; readonly error_cls?: unknown} | null,
): VersionState {
  if (value !== null) return 'ok';
  if (attributes?.error !== undefined || attributes?.error_cls !== undefined) return attributes.error_cls === 'Skip' ? 'skipped' : 'failed';
  return method === null ? 'none' : 'ok'; // NaN is NULL with a method (perhaps an empty one)
}
