import type {JobEvent, JobQueued} from '@firstlight/engine';

/**
 * Waits until the work is in the durable queue and gives its jobs; the work itself goes on without anyone watching.
 *
 * All `queued` events of a request come first, together; what follows is left unread.
 */
export async function queuedJobs(events: AsyncIterable<JobEvent>): Promise<JobQueued[]> {
  const jobs: JobQueued[] = [];
  for await (const event of events) {
    if (event.event !== 'queued') break;
    jobs.push(event);
  }
  return jobs;
}

/** Events as JSON lines. */
export async function* jsonLines(events: AsyncIterable<JobEvent>): AsyncGenerator<string> {
  for await (const event of events) yield `${JSON.stringify(event)}\n`;
}
