/**
 * The runner protocol: JSON lines, requests on standard input, events on file descriptor 3.
 *
 * A runner is any process that speaks these lines; standard output and error belong to the user's code and become the process log.
 * `fixtures/wire/` holds example messages that the tests of both languages read; `fixtures/wire/runner.schema.json` is made from this file.
 */
import {z} from 'zod';
import {contextVersion, environment, requestOrigin, variableCode} from './origin.ts';

const runTrigger = z.enum(['raw', 'proc', 'all']);
const positive = z.int().positive();

/** A number that JSON cannot say: NaN and the infinities travel as strings. */
export const wireNumber = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]);

export const wireSummary = z.union([
  z.null(),
  z.boolean(),
  wireNumber,
  z.object({int: z.string().regex(/^-?\d+$/)}).strict(), // an integer beyond 2^53
  z.object({text: z.string()}).strict(), // every string, so that "NaN" the text and NaN the number differ
  z.object({re: wireNumber, im: wireNumber}).strict(),
  z.object({png: z.string()}).strict(), // base64
  z.object({trendline: z.object({x: z.array(wireNumber), y: z.array(wireNumber)})}).strict(),
  z.object({array: z.object({dtype: z.string(), shape: z.array(z.int().nonnegative())})}).strict(),
]);

export const wireAttributes = z.object({
  units: z.string().optional(),
  bold: z.boolean().optional(),
  background: z.tuple([z.int(), z.int(), z.int()]).optional(),
  /** One standard deviation of the summary, in its units. */
  uncertainty: wireNumber.optional(),
  /** How the summary is written, as Python's format: `.2f`, `.3e`. */
  format: z.string().optional(),
  error: z.string().optional(),
  error_cls: z.string().optional(),
  /** Where in the user's files an error happened, relative to the context's folder: `context.py:12`. */
  where: z.string().optional(),
});

export const input = z.object({
  /** The name of the function's parameter. */
  parameter: z.string(),
  kind: z.enum(['var', 'meta', 'mymdc', 'param']),
  /** A variable's name or glob, or the field's name. */
  name: z.string(),
  /** True when the parameter has a default. */
  optional: z.boolean(),
});

/** What a variable needs to be computed, beside its inputs. */
export const needs = z.object({
  /** Stopped when it takes longer. */
  timeoutSeconds: z.number().positive().optional(),
  memoryBytes: z.int().positive().optional(),
  cpus: z.int().positive().optional(),
  gpus: z.int().nonnegative().optional(),
  /** True: also computed while the run is being recorded, from the part that is there. */
  partial: z.boolean().optional(),
  /** Files whose change makes its values stale, relative to the context's folder. */
  dependsOn: z.array(z.string().min(1)).optional(),
});

/** A variable as a context file declares it, after raw/proc and cluster promotion. */
export const variable = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  tags: z.array(z.string()),
  summary: z.string().nullable(),
  data: z.enum(['raw', 'proc']),
  cluster: z.boolean(),
  transient: z.boolean(),
  units: z.string().nullable(),
  inputs: z.array(input),
  needs: needs.optional(),
  /** What its values are made by; left out when the context cannot be run. */
  code: variableCode.optional(),
  /** The file of line and column, where that is not the context file. */
  file: z.string().optional(),
  line: z.int().nullable(),
  column: z.int().nullable(),
});

/** A group of variables that share a name and a title. */
export const group = z.object({
  name: z.string(),
  title: z.string(),
  line: z.int().nullable().optional(),
  column: z.int().nullable().optional(),
});

export const problem = z.object({
  severity: z.enum(['error', 'warning']),
  text: z.string(),
  file: z.string(),
  /** 1-based, or null when the problem has no place. */
  line: z.int().nullable(),
  column: z.int().nullable(),
});

/** A variable that was computed before, by a runner of another language. */
export const foreignValue = z.object({
  name: z.string(),
  /** Where its data are: this file below `fragments`, or (once it is merged) the run's own file there; null when it gave none. */
  fragment: z.string().nullable(),
  /** Why it gave none, if there is a reason. */
  error: z.object({errorClass: z.string(), message: z.string()}).nullable(),
  /** Identity of the value; null or left out: nobody knows what it was made of. */
  identity: z.string().nullable().optional(),
  /** What became of it; left out: what `fragment` and `error` say. */
  state: z.enum(['ok', 'none', 'skipped', 'failed']).optional(),
});

export const request = z.discriminatedUnion('type', [
  /** Loads (or loads again) a context file; answered by `described`. */
  z.object({
    type: z.literal('load'),
    id: z.string(),
    context: z.string(),
    /** True: the folder has a context file in another language, too, so inputs that are not in this one are no problem of it. */
    shared: z.boolean().optional(),
  }),
  /** Describes the loaded context; answered by `described`. */
  z.object({type: z.literal('describe'), id: z.string()}),
  /** Executes variables for one run; answered by `started`, one `value` for each variable, `finished`. */
  z.object({
    type: z.literal('run'),
    job: z.string(),
    proposal: positive,
    run: z.int(),
    trigger: runTrigger,
    /** Exact names (their dependencies are added), or null for all that the trigger selects. */
    variables: z.array(z.string()).nullable(),
    /** True: a run without data. */
    mock: z.boolean(),
    attempt: z.int().nonnegative(),
    /** The folder `extracted_data/` where fragments are left. */
    fragments: z.string(),
    /** Directory that holds INSTRUMENT/CYCLE/pNNNNNN, or null for the environment's. */
    dataRoot: z.string().nullable(),
    limits: z.object({seconds: z.number().positive().nullable()}),
    /** Values for `param` inputs by name; left out: none. */
    parameters: z.record(z.string(), z.unknown()).optional(),
    /** Processors it may use at once; 1 is one variable after the other. Left out: as the runner likes. */
    parallel: positive.optional(),
    /** What has become of other variables in this job already: they are inputs here, and not computed again. */
    foreign: z.array(foreignValue).optional(),
    /** Identities of what the values are made of, for their origins. Left out: not known. */
    origin: requestOrigin.optional(),
    /** True: only `variables` leave values; what they need is computed, and nothing is said or stored of it. */
    only: z.boolean().optional(),
    /** True: the process of users' code waits for a debugger, whose address it prints on standard error. */
    inspect: z.boolean().optional(),
  }),
  /** Stops one variable of a job (its dependants are skipped, the rest goes on) or, without a name, the whole job. */
  z.object({type: z.literal('cancel'), job: z.string(), variable: z.string().nullable(), reason: z.string()}),
  /** Ends the runner. */
  z.object({type: z.literal('exit')}),
]);

export const event = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('described'),
    id: z.string(),
    language: z.enum(['python', 'typescript']),
    file: z.string(),
    variables: z.array(variable),
    groups: z.array(group),
    problems: z.array(problem),
    context: contextVersion.optional(),
    environment: environment.optional(),
  }),
  z.object({type: z.literal('started'), job: z.string(), pid: positive, variables: z.array(z.string())}),
  /** A variable's function begins. */
  z.object({type: z.literal('progress'), job: z.string(), variable: z.string()}),
  /** A value is ready, and its fragment (if it leaves one) complete on disk. */
  z.object({
    type: z.literal('value'),
    job: z.string(),
    proposal: positive,
    run: z.int(),
    variable: z.string(),
    state: z.enum(['ok', 'none', 'skipped', 'failed', 'cancelled']),
    summary: wireSummary,
    maxDiff: wireNumber.nullable(),
    attributes: wireAttributes.nullable(),
    /** What the data is, e.g. `float64 (3, 4)`, `DataArray`, `figure`; null without data. */
    kind: z.string().nullable(),
    seconds: z.number().nonnegative(),
    /** File name inside `fragments`, or null (transient, cancelled). */
    fragment: z.string().nullable(),
    /** What the value was made of (`origin.ts`); left out: not known. */
    identity: z.string().optional(),
  }),
  z.object({type: z.literal('heartbeat'), at: z.number()}),
  z.object({
    type: z.literal('finished'),
    job: z.string(),
    outcome: z.enum(['done', 'cancelled', 'failed']),
    /** Why the job as a whole failed or what was left out, in one sentence. */
    message: z.string().nullable(),
    seconds: z.number().nonnegative(),
  }),
  /** The runner could not do what was asked; `id` is the request's id or job. */
  z.object({type: z.literal('fault'), id: z.string().nullable(), message: z.string()}),
]);

export type RunnerRequest = z.infer<typeof request>;
export type RunnerEvent = z.infer<typeof event>;
export type ValueEvent = Extract<RunnerEvent, {type: 'value'}>;
export type DescribedEvent = Extract<RunnerEvent, {type: 'described'}>;
export type VariableInfo = z.infer<typeof variable>;
export type VariableInput = z.infer<typeof input>;
export type GroupInfo = z.infer<typeof group>;
export type ForeignValue = z.infer<typeof foreignValue>;
export type Needs = z.infer<typeof needs>;
export type Problem = z.infer<typeof problem>;
export type WireSummary = z.infer<typeof wireSummary>;
