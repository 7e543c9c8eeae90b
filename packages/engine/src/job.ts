import type {RunId, Trigger} from '@firstlight/core';

/** How one variable of a job ended. */
export type ValueState = 'ok' | 'none' | 'skipped' | 'failed' | 'cancelled';

/** How a job as a whole ended; variables that failed do not make a job fail. */
export type JobOutcome = 'done' | 'cancelled' | 'failed';

/** A job that is not over. */
export interface OpenJob extends RunId {
  /** Names it for `cancel`. */
  readonly job: string;
  readonly trigger: Trigger;
  readonly state: 'queued' | 'running';
  /** The variables that were asked for; null: all that the trigger selects. */
  readonly variables: readonly string[] | null;
  /** When it was asked for, in seconds since 1970. */
  readonly since: number;
}

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

/** On every event of a trial. */
export interface MaybeTrial {
  readonly trial?: true;
}

/** The job is in the durable queue. */
export interface JobQueued extends RunId, MaybeTrial {
  readonly event: 'queued';
  readonly job: string;
  readonly trigger: Trigger;
  readonly variables: readonly string[] | null;
}

/** A runner began; `variables` are all it is going to compute. */
export interface JobStarted extends RunId, MaybeTrial {
  readonly event: 'started';
  readonly job: string;
  readonly variables: readonly string[];
  /** 1 the first time, more after a runner was lost. */
  readonly attempt: number;
}

/** A value is ready, and durable. */
export interface JobValue extends RunId, MaybeTrial {
  readonly event: 'value';
  readonly job: string;
  readonly name: string;
  readonly state: ValueState;
  /** The form of `summaryToJson`. */
  readonly summary: unknown;
  /** Of the summary; left out where there are none. */
  readonly units?: string;
  readonly message: string | null;
  readonly seconds: number;
  /** In a trial: the summary in the table, which stays. */
  readonly before?: unknown;
}

/** The process of users' code waits for a debugger at this address (`ws://…`). */
export interface JobDebugger extends RunId, MaybeTrial {
  readonly event: 'debugger';
  readonly job: string;
  readonly address: string;
}

/** The job ended, and every value of it is in the folder's database. */
export interface JobFinished extends RunId, MaybeTrial {
  readonly event: 'finished';
  readonly job: string;
  readonly outcome: JobOutcome;
  readonly message: string | null;
  readonly seconds: number;
}

/** The last event of a request: no `job` key. */
export interface AllFinished extends MaybeTrial {
  readonly event: 'finished';
  readonly runs: number;
  readonly values: Readonly<Record<ValueState, number>>;
  readonly seconds: number;
}

/** What `process` tells, in order; as JSON lines this is what `firstlight process --json` prints. */
export type JobEvent = JobQueued | JobStarted | JobDebugger | JobValue | JobFinished | AllFinished;
