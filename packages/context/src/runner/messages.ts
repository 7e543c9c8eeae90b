/** What the supervising process and the process that runs users' code say to each other. Both sides check what they hear. */
import {origins, wire} from '@firstlight/core';
import {z} from 'zod';

/** Where an argument of a variable's function comes from. */
const argument = z.discriminatedUnion('from', [
  z.object({from: z.literal('variable'), parameter: z.string(), name: z.string()}),
  z.object({from: z.literal('glob'), parameter: z.string(), names: z.array(z.string())}),
  z.object({from: z.literal('meta'), parameter: z.string(), field: z.string()}),
  z.object({from: z.literal('given'), parameter: z.string(), value: z.unknown()}),
  z.object({from: z.literal('default'), parameter: z.string()}),
]);

/** The part of an origin that is known before a value is computed. */
const madeOf = origins.origin.omit({pid: true, startedAt: true, seconds: true, memoryBytes: true});

export const order = z.discriminatedUnion('type', [
  /** Opens the run; answered by `opened`. */
  z.object({
    type: z.literal('open'),
    proposal: z.int(),
    run: z.int(),
    dataRoot: z.string().nullable(),
    mock: z.boolean(),
    /** Also find out whether there is processed data. */
    needsProc: z.boolean(),
    fragments: z.string(),
    /** Values that runners have computed before; read when a variable needs them. */
    foreign: z.array(wire.foreignValue),
  }),
  /** Computes a variable, stores its value if asked to, and keeps it for its dependants; answered by `computed`. */
  z.object({
    type: z.literal('compute'),
    name: z.string(),
    arguments: z.array(argument),
    store: z.boolean(),
    /** What it is made of; left out: not known, or nothing is stored. */
    made: madeOf.optional(),
  }),
  /** Stores when the run began, and keeps it; answered by `computed`. */
  z.object({type: z.literal('start-time'), store: z.boolean(), made: madeOf.optional()}),
  /** Stores why a variable has no value; answered by `computed`. */
  z.object({
    type: z.literal('record'),
    name: z.string(),
    errorClass: z.string(),
    message: z.string(),
    where: z.string().optional(),
    made: madeOf.optional(),
  }),
  /** Ends the process. */
  z.object({type: z.literal('end')}),
]);

const outcome = z.object({
  state: z.enum(['ok', 'none', 'skipped', 'failed']),
  summary: wire.wireSummary,
  maxDiff: wire.wireNumber.nullable(),
  attributes: wire.wireAttributes.nullable(),
  kind: z.string().nullable(),
  seconds: z.number().nonnegative(),
  fragment: z.string().nullable(),
  /** Whether there is something for dependants. */
  hasData: z.boolean(),
  /** It failed with a `Skip` of the user's own class, which is as harmless as a `Skip`. */
  isSkip: z.boolean().optional(),
});

const position = z.object({file: z.string(), line: z.int(), column: z.int()});

export const declaredVariable = wire.variable.extend({data: z.enum(['raw', 'proc']).nullable()});

export const answer = z.discriminatedUnion('type', [
  /** The context is loaded. */
  z.object({
    type: z.literal('loaded'),
    variables: z.array(declaredVariable),
    groups: z.array(wire.group),
    problems: z.array(wire.problem),
    /** Where each variable came from: its own place, then those of its groups; and what these were made with. */
    made: z.record(z.string(), z.object({places: z.array(position), given: z.string()})),
  }),
  z.object({type: z.literal('opened'), hasProc: z.boolean(), proposalPath: z.string().nullable()}),
  /** A value is about to be complete on disk; `computed` will say the same then, and this holds if the process cannot say it any more. */
  z.object({type: z.literal('storing'), outcome}),
  z.object({type: z.literal('computed'), outcome}),
  /** The order could not be carried out. */
  z.object({type: z.literal('refused'), message: z.string()}),
]);

export type Order = z.infer<typeof order>;
export type Answer = z.infer<typeof answer>;
export type Argument = z.infer<typeof argument>;
export type MadeOf = z.infer<typeof madeOf>;
export type Outcome = z.infer<typeof outcome>;
