import {FirstlightError, parseRuns} from '@firstlight/core';
import type {RunId} from '@firstlight/core';
import type {ProcessRequest} from '@firstlight/engine';
import {z} from 'zod';
import type {ServedExperiment} from '../experiments/served.ts';

const positive = z.int().positive();
const runNumber = z.int().nonnegative();
const mostRuns = 100_000;

/** What the mutation `process` gets. */
export const processBody = z.strictObject({
  /** `"12"`, `"1-5,8"`, `"all"`, or a list of run numbers and `{proposal, run}`. */
  runs: z.union([z.string(), z.array(z.union([runNumber, z.strictObject({proposal: positive, run: runNumber})])).max(mostRuns)]),
  /** For runs given as numbers; default the experiment's proposal. */
  proposal: positive.nullish(),
  variables: z.array(z.string()).max(10_000).nullish(),
  trigger: z.enum(['raw', 'proc', 'all']).nullish(),
  mock: z.boolean().nullish(),
  /** Values for `param` inputs by name. */
  parameters: z.record(z.string(), z.unknown()).nullish(),
  parallel: positive.nullish(),
  cold: z.boolean().nullish(),
  /** Exactly what is stale or missing. */
  stale: z.boolean().nullish(),
});

/** The body of the POST, which may also ask for a trial: only who asks sees it, in the events. */
export const watchedBody = processBody.extend({trial: z.boolean().nullish()});

export type ProcessBody = z.infer<typeof processBody>;

/** What the engine is asked for. @throws FirstlightError `bad-runs`, `no-such-variable`. */
export function requestOf(body: ProcessBody, experiment: ServedExperiment): ProcessRequest {
  const {variables, trigger, mock, parameters, parallel, cold, stale} = body;
  return {
    runs: runsOf(body, experiment),
    ...(body.proposal && {proposal: body.proposal}),
    ...(variables && {variables}),
    ...(trigger && {trigger}),
    ...(mock != null && {mock}),
    ...(parameters && {parameters}),
    ...(parallel && {parallel}),
    ...(cold && {cold}),
    ...(stale && {stale}),
  };
}

function runsOf({runs, proposal}: ProcessBody, experiment: ServedExperiment): RunId[] | 'all' {
  const chosen = typeof runs === 'string' ? parseRuns(runs) : runs;
  const of = proposal ?? undefined;
  if (chosen === 'all') return 'all';
  return chosen.map((run) => (typeof run === 'number' ? {proposal: of ?? onlyProposal(experiment), run} : run));
}

function onlyProposal({proposals}: ServedExperiment): number {
  const [proposal] = proposals;
  if (proposal !== undefined && proposals.length === 1) return proposal;
  throw new FirstlightError(
    'bad-runs',
    `This experiment has the proposals ${proposals.join(', ')}, so say which one the runs belong to: "proposal".`,
  );
}
