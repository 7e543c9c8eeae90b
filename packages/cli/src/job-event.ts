import {jobEvents} from '@firstlight/core';
import type {JobEvent} from '@firstlight/core';
import {z} from 'zod';
import {jsonOf} from './ask-owner.ts';
import {notUnderstood} from './run-command.ts';

// Loose: what a newer server says beside this is printed as it came.
const schema: z.ZodType<JobEvent> = z.union(jobEvents.map((event) => event.loose()));

/**
 * Reads one line of what a server says about work it does.
 *
 * @throws FirstlightError `server-refused` when it is not understood.
 */
export function parseJobEvent(line: string): JobEvent {
  const event = schema.safeParse(jsonOf(line));
  if (event.success) return event.data;
  throw notUnderstood(line, event.error);
}
