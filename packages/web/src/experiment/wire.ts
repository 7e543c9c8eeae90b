/** What the server says, checked once here. Bulk (the table, arrays) comes as typed columns and is not. */
import * as z from 'zod/mini';
import type {Problem, Variable} from '@firstlight/core';
import {summaryFromJson, type ChangedCell} from './model.ts';

const experiment = z.object({id: z.string(), folder: z.string(), proposals: z.array(z.int()), change: z.int()});

/** An experiment that this server works on. */
export type Experiment = z.infer<typeof experiment>;

const experiments = z.array(experiment);

/** Reads the answer of `/api/experiments`. */
export const parseExperiments = (json: unknown): Experiment[] => z.parse(experiments, json);

const variable = z.object({
  name: z.string(),
  title: z.string(),
  units: z.nullable(z.string()),
  description: z.nullable(z.string()),
  tags: z.array(z.string()),
});

const problem = z.object({
  severity: z.enum(['error', 'warning']),
  text: z.string(),
  file: z.string(),
  line: z.nullable(z.int()),
  column: z.nullable(z.int()),
});

const context = z.object({
  data: z.object({experiment: z.object({variables: z.optional(z.array(variable)), problems: z.array(problem)})}),
});

/** What the context file declares, and what is wrong with it. */
export interface ContextFacts {
  /** Only when they were asked for. */
  readonly variables?: readonly Variable[] | undefined;
  readonly problems: readonly Problem[];
}

export const contextQuery = `query ($id: ID!, $variables: Boolean!) {
  experiment(id: $id) {
    variables @include(if: $variables) { name title units description tags }
    problems { severity text file line column }
  }
}`;

export const parseContext = (json: unknown): ContextFacts => z.parse(context, json).data.experiment;

export const changesQuery = `subscription ($experiment: ID!, $since: Int!) {
  changes(experiment: $experiment, since: $since) { number reset variables cells { proposal run name state activity summary message attributes maxDiff } }
}`;

const attributes = z.object({
  units: z.optional(z.string()),
  bold: z.optional(z.boolean()),
  background: z.optional(z.tuple([z.number(), z.number(), z.number()])),
  uncertainty: z.optional(z.union([z.number(), z.literal(['NaN', 'Infinity', '-Infinity'])])),
  format: z.optional(z.string()),
});

const change = z.object({
  changes: z.object({
    number: z.int(),
    reset: z.boolean(),
    variables: z.boolean(),
    cells: z.array(
      z.object({
        proposal: z.int(),
        run: z.int(),
        name: z.string(),
        state: z.enum(['ok', 'none', 'skipped', 'failed', 'missing']),
        activity: z.enum(['idle', 'queued', 'running']),
        summary: z.unknown(),
        message: z.nullable(z.string()),
        attributes: z.optional(z.nullable(attributes)),
        maxDiff: z.optional(z.nullable(z.union([z.number(), z.string()]))),
      }),
    ),
  }),
});

/** An item of the change feed. */
export interface FeedItem {
  readonly number: number;
  /** The changes before this number are not kept any more: load the table again. */
  readonly reset: boolean;
  /** Columns changed: look at the context again. */
  readonly variables: boolean;
  readonly cells: readonly ChangedCell[];
}

/** Reads one item of the subscription. */
export function parseChange(data: unknown): FeedItem {
  const {cells, ...item} = z.parse(change, data).changes;
  return {...item, cells: cells.map(cellOf)};
}

const cellOf = (cell: z.infer<typeof change>['changes']['cells'][number]): ChangedCell => ({
  ...cell,
  summary: summaryFromJson(cell.summary),
  attributes: cell.attributes ?? null,
  maxDiff: cell.maxDiff == null ? null : Number(cell.maxDiff),
});

const failure = z.object({error: z.object({sentence: z.string()})});

/** The server's own sentence of a failed request, or undefined when it said something else. */
export const sentenceOfAnswer = (json: unknown): string | undefined => {
  const parsed = z.safeParse(failure, json);
  return parsed.success ? parsed.data.error.sentence : undefined;
};
