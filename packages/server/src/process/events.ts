import {setImmediate} from 'node:timers/promises';
import {FirstlightError} from '@firstlight/core';
import type {JobEvent, JobFinished, JobQueued} from '@firstlight/core';

/** A job that is in the queue, or one that was refused and says why. */
export type AcceptedJob = JobQueued | JobFinished;

/**
 * Waits until the work is in the durable queue and gives its jobs, those of runs that do not exist with their reason; the work goes on without anyone watching.
 *
 * The engine tells what it refuses first, then all it queued at once, so the first pause after a `queued` ends the list.
 *
 * @throws FirstlightError `no-such-run` when there is nothing to do because every run was refused.
 */
export async function queuedJobs(events: AsyncIterable<JobEvent>): Promise<AcceptedJob[]> {
  const jobs: AcceptedJob[] = [];
  const iterator = events[Symbol.asyncIterator]();
  for (let step = await iterator.next(); !step.done && isAboutQueueing(step.value); ) {
    jobs.push(step.value);
    const next = iterator.next();
    next.catch(() => undefined); // reported below, unless the pause came first: then nobody asks for it any more
    const soon = step.value.event === 'queued' ? await Promise.race([next, setImmediate(undefined)]) : await next;
    if (!soon) break;
    step = soon;
  }
  void iterator.return?.(); // takes effect at the next event
  const refused = jobs.find((job) => job.event === 'finished');
  if (refused && jobs.every((job) => job.event === 'finished'))
    throw new FirstlightError('no-such-run', refused.message ?? 'There is no such run.');
  return jobs;
}

const isAboutQueueing = (event: JobEvent): event is AcceptedJob =>
  event.event === 'queued' || (event.event === 'finished' && 'job' in event && event.outcome === 'failed');
