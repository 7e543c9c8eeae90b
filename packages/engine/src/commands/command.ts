import {FirstlightError} from '@firstlight/core';
import type {z} from 'zod';
import type {Experiment} from '../experiment.ts';

/** Something that can be asked of an experiment by name, from this process or through the server that owns the folder. */
export interface Command<Request extends z.ZodType = z.ZodType, Line extends object = object> {
  /** As in the address and on the command line. */
  readonly name: string;
  /** What may be asked; JSON. */
  readonly request: Request;
  /** Whether it needs the context's code or the queue; without, no runner is started for it. */
  readonly compute: boolean;
  /** Whether it looks at cells of the table, all of which must then be in memory; default false. Its runs and variables are always there. */
  readonly cells?: boolean;
  /** Whether this request changes the folder; what only reads needs no owner, and works in a folder that can only be looked at. */
  readonly writes: (request: z.output<Request>) => boolean;
  /** Whether it is done all the same where the folder can only be looked at, because it only wants what its owner has at hand; default false. */
  readonly looks?: boolean;
  /** Does it, and tells what there is to tell, as JSON objects. Nothing happens before the first `next()`; the signal ends it early. */
  readonly run: (experiment: Experiment, request: z.output<Request>, signal: AbortSignal) => AsyncIterable<Line>;
}

/**
 * Declares a command; it also needs its row in `commands/index.ts`.
 *
 * @example
 * export const verify = command({name: 'verify', request: z.strictObject({}), compute: false, writes: () => false, run: …});
 */
export const command = <Request extends z.ZodType, Line extends object>(declared: Command<Request, Line>): Command<Request, Line> =>
  declared;

/** Reads what came as a request. @throws FirstlightError `bad-request` that names the field and what is wrong with it. */
export function parseRequest<Request extends z.ZodType>({name, request}: Command<Request>, value: unknown): z.output<Request> {
  const result = request.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({path, message}) => (path.length > 0 ? `"${path.join('.')}": ${message}` : message));
  throw new FirstlightError('bad-request', `The request to ${name} is not understood: ${faults.join('; ')}.`, {cause: result.error});
}
