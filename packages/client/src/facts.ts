/** What a server says of experiments, runs, variables and cells, checked once here. */
import type {Attributes, Cell, CellState, RunId, Summary} from '@firstlight/core';
import {summaryFromJson} from '@firstlight/core';
import {z} from 'zod';

/** A row of the table; `startTime` in seconds since 1970 (UTC). */
export interface Run extends RunId {
  readonly startTime: number | null;
}

/** What the table shows of a value, without its data. */
export interface CellValue {
  readonly state: CellState;
  readonly summary: Summary;
  readonly units: string | null;
  /** Why there is no value. */
  readonly error: string | null;
  /** Spread of the full data: maximum minus minimum. */
  readonly maxDiff: number | null;
  readonly attributes: Attributes | null;
}

const attributes = z.record(z.string(), z.unknown()).nullable();

export const cell = z
  .object({
    proposal: z.int(),
    run: z.int(),
    name: z.string(),
    state: z.enum(['ok', 'none', 'skipped', 'failed', 'missing']),
    activity: z.enum(['idle', 'queued', 'running']),
    summary: z.unknown(),
    message: z.string().nullable(),
    attributes,
    maxDiff: z.union([z.number(), z.string()]).nullable(),
  })
  .transform(
    (json): Cell => ({
      ...json,
      summary: summaryFromJson(json.summary),
      attributes: json.attributes as Attributes | null,
      maxDiff: json.maxDiff === null ? null : Number(json.maxDiff),
    }),
  );

const array = z.object({
  name: z.string(),
  dtype: z.string().nullable(),
  shape: z.array(z.int()),
  dims: z.array(z.string()),
  attrs: z.record(z.string(), z.unknown()),
  coordinate: z.boolean(),
});

/** What the data of a value are: the part of `…/runs/PROPOSAL/RUN/NAME` beside its cell. */
export const data = z.object({
  kind: z.enum(['array', 'DataArray', 'Dataset', 'image', 'plotly', 'text']).nullable(),
  dtype: z.string().nullable(),
  shape: z.array(z.int()).nullable(),
  units: z.string().nullable(),
  text: z.string().nullable(),
  attrs: z.record(z.string(), z.unknown()),
  arrayName: z.string().nullable(),
  arrays: z.array(array),
});

/** What a value is made of, without its elements. */
export type DataFacts = z.infer<typeof data>;

/** Everything about one value. */
export const value = z.intersection(cell, data);

const variable = z.object({
  name: z.string(),
  title: z.string(),
  units: z.string().nullable(),
  description: z.string().nullable(),
  tags: z.array(z.string()),
});

const run = z.object({proposal: z.int(), run: z.int(), startTime: z.number().nullable()});

/** The answer to `structureQuery`. */
export const structure = z.object({runs: z.array(run), variables: z.array(variable)});

export const runsQuery = 'runs { proposal run startTime }';
export const variablesQuery = 'variables { name title units description tags }';
