import {FirstlightError} from '@firstlight/core';
import {z} from 'zod';
import type {Experiment} from '../experiment.ts';
import {command} from './command.ts';
import {findRun} from './find-run.ts';

const request = z.strictObject({
  /** Default: all there are. */
  runs: z.array(z.int().nonnegative()).max(100_000).optional(),
  proposal: z.int().nonnegative().optional(),
  /** Also values of which nobody can tell, because another program stored them. */
  unknown: z.boolean().optional(),
  /** With a last line that says how many values there are of which nobody can tell. */
  tally: z.boolean().optional(),
});

/** A value that is stale or missing, and why. */
export interface StaleLine {
  readonly proposal: number;
  readonly run: number;
  readonly name: string;
  readonly state: 'stale' | 'missing';
  readonly why: readonly string[];
}

export interface UnknownLine {
  readonly event: 'unknown';
  readonly values: number;
}

/** Tells which values are stale or missing, one line each. */
export const stale = command({
  name: 'stale',
  request,
  compute: false,
  writes: () => true, // its owner has the context loaded, and stores what waits
  looks: true,
  run: (experiment, asked, signal) => staleLines(experiment, asked, signal),
});

async function* staleLines(
  experiment: Experiment,
  {runs, proposal, unknown = false, tally = false}: z.output<typeof request>,
  signal: AbortSignal,
): AsyncGenerator<StaleLine | UnknownLine> {
  let values = 0;
  const known = await experiment.runsToJudge();
  const ofProposal = proposal === undefined ? known : known.filter((run) => run.proposal === proposal);
  if (proposal !== undefined && ofProposal.length === 0)
    throw new FirstlightError(
      'no-such-run',
      `There are no runs of proposal ${proposal} in this folder; \`firstlight show\` lists those it has.`,
    );
  const asked = runs?.map((run) => findRun({table: {runs: () => known}}, run, proposal)) ?? ofProposal;
  for await (const {state, ...cell} of experiment.stale(asked)) {
    if (signal.aborted) return;
    if (state !== 'unknown') yield {...inOrder(cell), state, why: cell.why};
    else if (unknown) yield {...inOrder(cell), state: 'stale', why: cell.why};
    else values++;
  }
  if (tally) yield {event: 'unknown', values};
}

const inOrder = ({proposal, run, name}: Omit<StaleLine, 'state' | 'why'>): Omit<StaleLine, 'state' | 'why'> => ({proposal, run, name});
