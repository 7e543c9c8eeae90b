import type {RunId, Trigger} from '@firstlight/core';

/** What someone asks to compute. */
export interface ProcessRequest {
  /** Runs of any proposal; `'all'` is every run of the table or found below the data root. */
  readonly runs: readonly RunId[] | 'all';
  /** With `'all'`: only those of this proposal. Default: of every one. */
  readonly proposal?: number;
  /** Exact names (their dependencies are added); without them all that the trigger selects. */
  readonly variables?: readonly string[];
  /** Default `'all'`. */
  readonly trigger?: Trigger;
  /** A run without data: no directory has to exist. */
  readonly mock?: boolean;
  /** Values for `param` inputs by name. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Processors a job may use at once; 1 is one variable after the other. Default: as the runner likes. */
  readonly parallel?: number;
  /** True: of these runs (and variables) exactly what is stale or missing, with the parameters that it had. */
  readonly stale?: boolean;
  /** Default false: in warm runners. True: in runners started for this. */
  readonly cold?: boolean;
  /** True: computes and tells values, old and new, but stores nothing, and shows nothing to others. */
  readonly trial?: boolean;
  /** True: the process of users' code waits for a debugger (TypeScript only). */
  readonly inspect?: boolean;
}
