import {createHash} from 'node:crypto';
import {wire} from '@firstlight/core';
import {z} from 'zod';

/** A trigger as it lies in the inbox. */
export const entrySchema = z.object({
  /** Names the trigger and its file; the same trigger has the same key, so that it cannot be there twice. */
  key: z.string().regex(/^[\w.-]{1,120}$/),
  proposal: z.int().positive(),
  run: z.int().nonnegative(),
  trigger: z.enum(['raw', 'proc', 'all']),
  variables: z.array(z.string()).nullable(),
  mock: z.boolean(),
  /** Values for the parameters of variables. */
  parameters: z.record(z.string(), z.unknown()).optional(),
  /** Processors it may use at once. */
  parallel: z.int().positive().optional(),
  /** Only the `variables` are stored; what they need is computed on the way, or given as it is stored. */
  only: z.object({given: z.array(wire.foreignValue)}).optional(),
  /** True: with runners started for it. */
  cold: z.boolean().optional(),
  /** Identifies the state of the run's files, or (asked by a person) the request. */
  signature: z.string(),
  by: z.enum(['user', 'watch']),
  /** Milliseconds since 1970. */
  requestedAt: z.number(),
});

export type Entry = Readonly<z.infer<typeof entrySchema>>;

/** What identifies a trigger. */
export type EntryFacts = Omit<Entry, 'key'>;

/** Completes a trigger with its key. */
export function entryOf(facts: EntryFacts): Entry {
  const {proposal, run, trigger, variables, mock, signature, by} = facts;
  const digest = createHash('sha256')
    .update(JSON.stringify([proposal, run, trigger, variables, mock, signature, by]))
    .digest('hex');
  return {...facts, key: `p${proposal}_r${run}.${trigger}.${digest.slice(0, 12)}`};
}

/** Tells whether two triggers ask for the same work, whoever asks. */
export const asksTheSame = (a: EntryFacts, b: EntryFacts): boolean =>
  a.proposal === b.proposal &&
  a.run === b.run &&
  a.trigger === b.trigger &&
  a.mock === b.mock &&
  a.parallel === b.parallel &&
  (a.cold ?? false) === (b.cold ?? false) &&
  (a.only === undefined) === (b.only === undefined) &&
  JSON.stringify(a.parameters ?? {}) === JSON.stringify(b.parameters ?? {}) &&
  JSON.stringify(a.variables) === JSON.stringify(b.variables);
