import type {Runner} from '../runner/runner.ts';
import type {Entry} from './entry.ts';

/**
 * Work on one trigger.
 *
 * `waiting` for its turn, `held` until the context file can be loaded, `running` in a runner, `storing` until its values are in the database.
 */
export interface Job {
  entry: Entry;
  state: 'waiting' | 'held' | 'running' | 'storing';
  /** How often it was given to a runner. */
  attempts: number;
  /** The cells that show this job: those it has not computed yet. */
  names: ReadonlySet<string>;
  /** Why someone wants it to stop, or undefined. */
  cancelled: string | undefined;
  /** Variables that someone wants to stop, each with the reason. */
  readonly cancelledVariables: Map<string, string>;
  runner: Runner | undefined;
  /** True: whoever asked for it has a debugger. Not in the inbox, because nobody is there after a restart. */
  inspect: boolean;
  readonly createdAtMs: number;
}

/** A job for a trigger, at its beginning. */
export const jobOf = (entry: Entry, nowMs: number, {inspect = false}: {inspect?: boolean} = {}): Job => ({
  entry,
  state: 'waiting',
  attempts: 0,
  names: new Set(),
  cancelled: undefined,
  cancelledVariables: new Map(),
  runner: undefined,
  inspect,
  createdAtMs: nowMs,
});

/** Identifies a job's run. */
export const runKey = ({proposal, run}: {proposal: number; run: number}): string => `${proposal}:${run}`;
