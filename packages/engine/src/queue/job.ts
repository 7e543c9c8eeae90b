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
  runner: Runner | undefined;
  readonly createdAtMs: number;
}

/** A job for a trigger, at its beginning. */
export const jobOf = (entry: Entry, nowMs: number): Job => ({
  entry,
  state: 'waiting',
  attempts: 0,
  names: new Set(),
  cancelled: undefined,
  runner: undefined,
  createdAtMs: nowMs,
});

/** Identifies a job's run. */
export const runKey = ({proposal, run}: {proposal: number; run: number}): string => `${proposal}:${run}`;
