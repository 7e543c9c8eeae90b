import type {RunnerEvent} from '@firstlight/core';
import type {ExperimentFolder} from '@firstlight/store';
import type {JobOutcome} from '../job.ts';
import type {Log} from '../log.ts';
import type {RunnerPool} from '../runner/pool.ts';
import {ProcessLog} from '../runner/process-log.ts';
import type {RunRequest} from '../runner/runner.ts';
import type {Job} from './job.ts';

export interface RunJobParts {
  readonly folder: ExperimentFolder;
  /** Directory that holds INSTRUMENT/CYCLE/pNNNNNN, or null for the facility's. */
  readonly dataRoot: string | null;
  readonly pool: RunnerPool;
  readonly log: Log;
}

/** What a runner tells of a job on the way. */
export type ProgressEvent = Extract<RunnerEvent, {type: 'started' | 'progress' | 'value'}>;

/** How a job ended, and why if that has to be said. */
export interface Ending {
  readonly outcome: JobOutcome;
  readonly message: string | null;
}

/**
 * Has a runner do a job, once; what its code prints goes to the run's process log.
 *
 * Throws `context-broken` before it began, or `runner-lost`.
 */
export async function runJob(job: Job, {folder, dataRoot, pool, log}: RunJobParts, hear: (event: ProgressEvent) => void): Promise<Ending> {
  job.attempts += 1;
  using lease = await pool.lease();
  const {runner} = lease;
  if (job.cancelled !== undefined) return {outcome: 'cancelled', message: job.cancelled};
  job.runner = runner;
  try {
    await using processLog = ProcessLog.open(folder.processLogs, job.entry, (sentence) => log.warn(sentence));
    processLog.write(`# ${new Date().toISOString()} ${job.entry.key}, ${job.entry.trigger} data, attempt ${job.attempts}\n`);
    return await runner.run(requestOf(job, folder, dataRoot), {
      output: (piece) => processLog.write(piece),
      event: (event) => {
        // It may have been cancelled when the runner did not know the job yet.
        if (event.type === 'started' && job.cancelled !== undefined) void runner.cancel(job.entry.key, null, job.cancelled);
        hear(event);
      },
    });
  } finally {
    job.runner = undefined;
  }
}

function requestOf({entry, attempts}: Job, {extractedData}: ExperimentFolder, dataRoot: string | null): RunRequest {
  const {key, proposal, run, trigger, variables, mock} = entry;
  const data = {proposal, run, trigger, mock, dataRoot};
  return {type: 'run', job: key, ...data, variables, attempt: attempts, fragments: extractedData, limits: {seconds: null}};
}
