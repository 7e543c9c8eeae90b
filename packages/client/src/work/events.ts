import {FirstlightError, jobEvents, openJob} from '@firstlight/core';
import type {JobEvent} from '@firstlight/core';
import {z} from 'zod';
import {ask, posting} from '../ask.ts';
import {linesOf} from '../lines.ts';
import type {Transport} from '../transport.ts';

const jobEvent = z.union(jobEvents);

export const openJobs = z.object({experiment: z.object({jobs: z.array(openJob)})});

const errorLine = z.object({event: z.literal('error'), code: z.string(), sentence: z.string()});

/** Posts a request whose answer is JSON lines, and gives them. @throws FirstlightError also for an error that comes as a line. */
export async function* post(
  transport: Transport,
  path: string,
  body: object,
  signal?: AbortSignal,
): AsyncGenerator<object, void, undefined> {
  const response = await ask(transport, path, posting(body, signal));
  try {
    for await (const line of linesOf(response)) {
      if (line === '') continue;
      const told = JSON.parse(line) as object;
      const error = errorLine.safeParse(told);
      if (error.success) throw new FirstlightError(error.data.code, error.data.sentence);
      yield told;
    }
  } catch (error) {
    // A line that breaks says so in words of the platform's own.
    throw signal?.aborted || error instanceof FirstlightError ? error : lost(transport.address, error);
  }
}

const lost = (address: string, cause?: unknown): FirstlightError =>
  new FirstlightError('server-lost', `${address} ended before the work did; what it had queued goes on when it is back.`, {cause});

/** Asks for work, and gives its events; one of a newer server that is not known here is passed over. @throws FirstlightError `server-lost`. */
export async function* processEvents(
  transport: Transport,
  path: string,
  body: object,
  signal?: AbortSignal,
): AsyncGenerator<JobEvent, void, undefined> {
  let last: JobEvent | undefined;
  for await (const told of post(transport, path, body, signal)) {
    const event = jobEvent.safeParse(told);
    if (event.success) yield (last = event.data);
  }
  if (last?.event === 'finished' && !('job' in last)) return;
  throw lost(transport.address);
}
