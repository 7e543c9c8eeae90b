/** What a server tells about work that someone asked for: JSON lines, the same that `firstlight process --json` prints. */
import {z} from 'zod';

const run = {proposal: z.int(), run: z.int()};
const ofJob = {...run, job: z.string(), /** On every event of a trial. */ trial: z.literal(true).optional()};
const trigger = z.enum(['raw', 'proc', 'all']);
const names = z.array(z.string()).readonly();

const valueState = z.enum(['ok', 'none', 'skipped', 'failed', 'cancelled']);
const outcome = z.enum(['done', 'cancelled', 'failed']);

const queued = z.object({...ofJob, event: z.literal('queued'), trigger, variables: names.nullable()});

const started = z.object({
  ...ofJob,
  event: z.literal('started'),
  variables: names,
  /** 1 the first time, more after a runner was lost. */
  attempt: z.int(),
});

const waitsForDebugger = z.object({...ofJob, event: z.literal('debugger'), address: z.string()});

const value = z.object({
  ...ofJob,
  event: z.literal('value'),
  name: z.string(),
  state: valueState,
  /** The form of `summaryToJson`. */
  summary: z.unknown(),
  /** Of the summary; left out where there are none. */
  units: z.string().optional(),
  message: z.string().nullable(),
  seconds: z.number(),
  /** In a trial: the summary in the table, which stays. */
  before: z.unknown().optional(),
});

const finished = z.object({...ofJob, event: z.literal('finished'), outcome, message: z.string().nullable(), seconds: z.number()});

const allFinished = z.object({
  event: z.literal('finished'),
  trial: z.literal(true).optional(),
  runs: z.int(),
  values: z.object({ok: z.int(), none: z.int(), skipped: z.int(), failed: z.int(), cancelled: z.int()}).readonly(),
  seconds: z.number(),
});

/** The events there are, each by itself: who reads them says what to do with fields of a newer server, and joins them. */
export const jobEvents = [queued, started, waitsForDebugger, value, finished, allFinished] as const;

/** A job that is not over, whoever asked for it. */
export const openJob = z.object({
  ...run,
  /** Names it for `cancel`. */
  job: z.string(),
  trigger,
  state: z.enum(['queued', 'running']),
  /** The variables that were asked for; null: all that the trigger selects. */
  variables: names.nullable(),
  /** When it was asked for, in seconds since 1970. */
  since: z.number(),
});

/** How one variable of a job ended. */
export type ValueState = z.infer<typeof valueState>;
/** How a job as a whole ended; variables that failed do not make a job fail. */
export type JobOutcome = z.infer<typeof outcome>;
/** The job is in the durable queue. */
export type JobQueued = Readonly<z.infer<typeof queued>>;
/** A runner began; `variables` are all it is going to compute. */
export type JobStarted = Readonly<z.infer<typeof started>>;
/** The process of users' code waits for a debugger at this address (`ws://…`). */
export type JobDebugger = Readonly<z.infer<typeof waitsForDebugger>>;
/** A value is ready, and durable. */
export type JobValue = Readonly<z.infer<typeof value>>;
/** The job ended, and every value of it is in the folder's database. */
export type JobFinished = Readonly<z.infer<typeof finished>>;
/** The last event of a request: no `job` key. */
export type AllFinished = Readonly<z.infer<typeof allFinished>>;
/** What happens to work that was asked for: `queued`, `started`, `value`s and `finished` for each run; the last `finished` has no `job` and counts it all. */
export type JobEvent = JobQueued | JobStarted | JobDebugger | JobValue | JobFinished | AllFinished;
/** A job that waits or runs. */
export type OpenJob = Readonly<z.infer<typeof openJob>>;
