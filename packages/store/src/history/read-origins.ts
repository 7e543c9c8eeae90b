import type {Connection} from '../database/connection.ts';
import type {VersionState} from './model.ts';
import {hasHistory} from './row-version.ts';

/** The states a version can have; `OriginColumns.state` holds the index. */
export const versionStates = ['ok', 'none', 'skipped', 'failed'] as const satisfies readonly VersionState[];

/**
 * What the values in the table were made of, in columns. A value of which nobody knows (another program stored it last, or none of it is in the history) is
 * not among them.
 */
export interface OriginColumns {
  readonly length: number;
  readonly proposal: Int32Array;
  readonly run: Int32Array;
  /** Index into `texts`. */
  readonly name: Int32Array;
  readonly version: Int32Array;
  /** Index into `versionStates`. */
  readonly state: Uint8Array;
  /** Null: a value that was not computed from a context (`submit`, typed by hand). */
  readonly identity: readonly (string | null)[];
  /** Index into `texts`, -1 where there is no identity; so are the next three. */
  readonly code: Int32Array;
  readonly context: Int32Array;
  readonly environment: Int32Array;
  /** -1 also where nothing was known of the run's files. */
  readonly data: Int32Array;
  /** JSON `{"inputs": […], "dependsOn"?: {…}, "transient"?: {…}}` as in `Origin`; null where there is no identity. */
  readonly ingredients: readonly (string | null)[];
  readonly texts: readonly string[];
}

type Row = [
  proposal: number,
  run: number,
  name: string,
  version: number,
  state: VersionState,
  identity: string | null,
  code: number | null,
  computation: number | null,
  ingredients: string | null,
];

// A column that is not aggregated is taken from the row that has the maximum. The plus signs take the type from the numbers: with it, DAMNIT's index, whose
// columns have none, could not be used.
const selectNewest = `
SELECT newest.proposal, newest.run, newest.name, newest.version, state, identity, code, computation, ingredients
FROM (SELECT proposal, run, name, max(version) AS version, state, has_row, timestamp, identity, code, computation, ingredients FROM fl_history
  GROUP BY proposal, run, name) AS newest
LEFT JOIN run_variables AS rows ON rows.proposal = +newest.proposal AND rows.run = +newest.run AND rows.name = +newest.name
WHERE CASE WHEN rows.name IS NULL THEN NOT has_row ELSE has_row AND rows.timestamp IS newest.timestamp END`;

/** The origins of all values in the table. */
export function readOrigins(connection: Connection): OriginColumns {
  const rows = hasHistory(connection) ? connection.prepare<[], Row>(selectNewest).raw().all() : [];
  const texts = new Texts();
  const codes = new Map(
    hasHistory(connection) ? connection.prepare<[], [number, string]>('SELECT id, identity FROM fl_codes').raw().all() : [],
  );
  const computations = computationsOf(connection);
  const indices = (of: (row: Row) => string | null | undefined): Int32Array => Int32Array.from(rows, (row) => texts.indexOf(of(row)));
  return {
    length: rows.length,
    proposal: Int32Array.from(rows, ([proposal]) => proposal),
    run: Int32Array.from(rows, ([, run]) => run),
    name: indices(([, , name]) => name),
    version: Int32Array.from(rows, ([, , , version]) => version),
    state: Uint8Array.from(rows, ([, , , , state]) => versionStates.indexOf(state)),
    identity: rows.map((row) => row[5]),
    code: indices((row) => codes.get(row[6] ?? -1)),
    context: indices((row) => computations.get(row[7] ?? -1)?.context),
    environment: indices((row) => computations.get(row[7] ?? -1)?.environment),
    data: indices((row) => computations.get(row[7] ?? -1)?.data),
    ingredients: rows.map((row) => row[8]),
    texts: texts.all,
  };
}

interface Computation {
  readonly context: string;
  readonly environment: string;
  readonly data: string | null;
}

function computationsOf(connection: Connection): ReadonlyMap<number, Computation> {
  if (!hasHistory(connection)) return new Map();
  const rows = connection.prepare<[], Computation & {id: number}>('SELECT id, context, environment, data FROM fl_computations').all();
  return new Map(rows.map((row) => [row.id, row]));
}

/** Numbers texts in the order of their first use. */
class Texts {
  readonly all: string[] = [];
  readonly #positions = new Map<string, number>();

  indexOf(text: string | null | undefined): number {
    if (text === null || text === undefined) return -1;
    const known = this.#positions.get(text);
    if (known !== undefined) return known;
    this.#positions.set(text, this.all.length);
    return this.all.push(text) - 1;
  }
}
