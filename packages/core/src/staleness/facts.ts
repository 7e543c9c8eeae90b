import type {RunId} from '../model.ts';
import type {Language} from '../stages.ts';
import type {VariableInfo} from '../wire/runner.ts';
import type {Why} from './why.ts';

/** A variable as its context declares it now. */
export interface JudgedVariable extends Pick<VariableInfo, 'name' | 'data' | 'transient' | 'inputs' | 'needs' | 'code'> {
  /** Left out: there is only one. */
  readonly language?: Language;
}

/** What the stored values were made of, in columns; see `OriginColumns` of the store. */
export interface RecordedOrigins {
  readonly length: number;
  readonly proposal: ArrayLike<number>;
  readonly run: ArrayLike<number>;
  /** These are places in `texts`, -1 for null. */
  readonly name: ArrayLike<number>;
  readonly code: ArrayLike<number>;
  readonly data: ArrayLike<number>;
  /** Places in `valueStates`. */
  readonly state: ArrayLike<number>;
  readonly identity: readonly (string | null)[];
  /** JSON `{"inputs": […], "dependsOn"?: {…}, "transient"?: {…}}`. */
  readonly ingredients: readonly (string | null)[];
  readonly texts: readonly string[];
}

/** The states that a stored value can have. */
export const valueStates = ['ok', 'none', 'skipped', 'failed'] as const;

/** Everything that decides what is stale. */
export interface StalenessFacts {
  readonly variables: readonly JudgedVariable[];
  readonly runs: readonly RunId[];
  /** The identities of each run's files, in the order of `runs`; null: it has none. */
  readonly raw: readonly (string | null)[];
  readonly proc: readonly (string | null)[];
  /** The identities of the files that variables declare, by path. */
  readonly dependsOn: Readonly<Record<string, string>>;
  readonly recorded: RecordedOrigins;
  /** Whether the table has anything for a variable (by its place) of a run (by its place). */
  readonly hasValue: (run: number, variable: number) => boolean;
}

/**
 * How a cell is.
 *
 * `absent`: nothing can be computed for it now, or nothing has to be (a transient variable). `unknown`: another program stored it, so nobody can tell.
 */
export const staleness = ['fresh', 'stale', 'missing', 'unknown', 'absent'] as const;

/** One of `staleness`. */
export type Staleness = (typeof staleness)[number];

/** What was decided, in columns. */
export interface Judgement {
  /** Places in `staleness`, one for each run (slowly) and variable (quickly). */
  readonly states: Uint8Array;
  /** Why a stale cell is stale; at least one reason. */
  whyOf(run: number, variable: number): readonly Why[];
}
