import type {JobEvent} from '@firstlight/engine';
import {z} from 'zod';
import {jsonOf} from './ask-owner.ts';
import {notUnderstood} from './run-command.ts';

const ofRun = {job: z.string(), proposal: z.number(), run: z.number(), trial: z.literal(true).optional()};
const states = ['ok', 'none', 'skipped', 'failed', 'cancelled'] as const;

// Loose: what a newer server says beside this is printed as it came.
const schema: z.ZodType<JobEvent> = z.union([
  z.looseObject({...ofRun, event: z.literal('queued'), trigger: z.enum(['raw', 'proc', 'all']), variables: z.array(z.string()).nullable()}),
  z.looseObject({...ofRun, event: z.literal('started'), variables: z.array(z.string()), attempt: z.number()}),
  z.looseObject({...ofRun, event: z.literal('debugger'), address: z.string()}),
  z.looseObject({
    ...ofRun,
    event: z.literal('value'),
    name: z.string(),
    state: z.enum(states),
    summary: z.unknown(),
    units: z.string().optional(),
    message: z.string().nullable(),
    seconds: z.number(),
    before: z.unknown().optional(),
  }),
  z.looseObject({
    ...ofRun,
    event: z.literal('finished'),
    outcome: z.enum(['done', 'cancelled', 'failed']),
    message: z.string().nullable(),
    seconds: z.number(),
  }),
  z.looseObject({
    event: z.literal('finished'),
    job: z.undefined().optional(),
    trial: z.literal(true).optional(),
    runs: z.number(),
    values: z.record(z.enum(states), z.number()),
    seconds: z.number(),
  }),
]);

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
