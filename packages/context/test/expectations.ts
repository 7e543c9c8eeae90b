/** `fixtures/contexts/`: what every language must say about a context, and where TypeScript differs and why. */
import {existsSync, globSync, readFileSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {ValueEvent, VariableInfo, WireSummary} from '@firstlight/core';
import {z} from 'zod';

export const contextsFolder = fileURLToPath(new URL('../../../fixtures/contexts', import.meta.url));

const fields = z.record(z.string(), z.unknown());
const place = z.tuple([z.int(), z.int()]);
const problem = z.strictObject({at: place, says: z.string()});
const why = z.string().min(10);

/** What the tests of the Python runner expect, too. */
const expectations = z.strictObject({
  /** The class of the error by which the published damnit refuses the context. */
  official: z.string().optional(),
  problems: z.array(problem).default([]),
  variables: z.record(z.string(), fields).default({}),
  values: z.record(z.string(), fields).default({}),
});

/** Where a variable is not what it is in Python. */
const variableDifference = z.strictObject({
  why,
  /** True: there is no such variable. */
  absent: z.literal(true).optional(),
  declared: fields.optional(),
  /** In place of these fields of the value; null: it has none. */
  value: fields.optional(),
});

const differences = z.strictObject({
  typescript: z.union([
    z.strictObject({skip: why}),
    z.strictObject({
      why: why.optional(),
      /** The context, where it cannot be a file of a checked repository. */
      source: z.string().optional(),
      /** Where each problem is in `context.ts`; with `why`, also what it says there. */
      problems: z.array(z.strictObject({at: place, why: why.optional(), says: z.string().optional()})).optional(),
      variables: z.record(z.string(), variableDifference).default({}),
    }),
  ]),
});

/** A folder's context, and what is expected of it in TypeScript. */
export interface Behaviour {
  readonly name: string;
  /** Why there is no context of TypeScript. */
  readonly skip?: string;
  readonly source?: string;
  readonly problems: z.infer<typeof expectations>['problems'];
  readonly variables: Readonly<Record<string, unknown>>;
  readonly values: Readonly<Record<string, unknown>>;
  /** Differences that are none: what they say is what Python expects. */
  readonly needless: readonly string[];
}

const jsonIn = (folder: string, name: string): unknown =>
  existsSync(join(folder, name)) ? JSON.parse(readFileSync(join(folder, name), 'utf8')) : undefined;

/** All folders of `fixtures/contexts`. */
export const behaviours = (): Behaviour[] =>
  globSync('*/context.py', {cwd: contextsFolder})
    .map((path) => behaviourIn(join(contextsFolder, dirname(path))))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

function behaviourIn(folder: string): Behaviour {
  const expected = expectations.parse(jsonIn(folder, 'expected.json') ?? {});
  const {typescript} = differences.parse(jsonIn(folder, 'differences.json') ?? {typescript: {}});
  const common = {name: basename(folder), needless: []};
  if ('skip' in typescript) return {...common, ...expected, skip: typescript.skip};
  const {source, problems, variables} = typescript;
  const different = Object.entries(variables);
  return {
    ...common,
    ...(source === undefined ? {} : {source}),
    problems: expected.problems.map(({says}, i) => ({says, at: [0, 0], ...problems?.[i]})),
    variables: merged(
      expected.variables,
      different.map(([name, {absent, declared}]) => [name, absent ?? declared]),
    ),
    values: merged(
      expected.values,
      different.map(([name, {absent, value}]) => [name, absent ?? value]),
    ),
    needless: different.flatMap(([name, difference]) => (isNeedless(expected, name, difference) ? [name] : [])),
  };
}

type Fields = z.infer<typeof fields>;

function isNeedless(
  expected: z.infer<typeof expectations>,
  name: string,
  {absent, declared, value}: z.infer<typeof variableDifference>,
): boolean {
  const isSame = (given: Fields | undefined, own: Fields | undefined) => JSON.stringify(over(own, given)) === JSON.stringify(own ?? {});
  return !absent && isSame(declared, expected.variables[name]) && isSame(value, expected.values[name]);
}

const over = (own: Fields = {}, given: Fields = {}): Fields =>
  Object.fromEntries(Object.entries({...own, ...given}).filter(([, field]) => field !== null || !('state' in {...own, ...given})));

function merged(
  expected: Readonly<Record<string, Fields>>,
  different: (readonly [string, Fields | true | undefined])[],
): Record<string, Fields> {
  const all = {...expected};
  for (const [name, difference] of different) {
    if (difference === true) delete all[name];
    else if (difference) all[name] = over(all[name], difference);
  }
  return all;
}

const declared = ['title', 'description', 'summary', 'data', 'cluster', 'tags', 'transient', 'units'] as const;

/** What `expected.json` has of described variables. */
export const neutralVariables = (variables: readonly VariableInfo[]): Record<string, unknown> =>
  Object.fromEntries(variables.map((variable) => [variable.name, Object.fromEntries(declared.map((key) => [key, variable[key]]))]));

/** What `expected.json` has of values: nothing that depends on time, place, or how pictures are drawn. */
export function neutralValues(values: Readonly<Record<string, ValueEvent>>, dataRoot: string): Record<string, unknown> {
  const {start_time: began, ...rest} = values;
  return Object.fromEntries(
    Object.entries(rest).map(([name, {state, kind, summary, maxDiff, attributes}]) => {
      const shown = summary === null ? null : summary === began?.summary ? 'start_time' : neutralSummary(summary, dataRoot);
      const kept = {state, kind, summary: shown, maxDiff, attributes: withoutPlace(attributes)};
      return [name, Object.fromEntries(Object.entries(kept).filter(([, field]) => field !== null))];
    }),
  );
}

/** Lines are numbered otherwise in each language. */
function withoutPlace(attributes: ValueEvent['attributes']): ValueEvent['attributes'] {
  if (!attributes) return null;
  const {where: _, ...rest} = attributes;
  return rest;
}

/** Longer lines are reduced, and any reduction that keeps the outline is right. */
const unreduced = 120;

function neutralSummary(summary: NonNullable<WireSummary>, dataRoot: string): unknown {
  if (typeof summary !== 'object') return summary;
  if ('text' in summary) return {text: summary.text.replaceAll(dataRoot, 'DATA_ROOT')};
  if ('png' in summary) {
    const header = Buffer.from(summary.png, 'base64');
    return {png: [header.readUInt32BE(16), header.readUInt32BE(20)]};
  }
  if (!('trendline' in summary) || summary.trendline.x.length < unreduced) return summary;
  const {x, y} = summary.trendline;
  const known = y.filter((value) => typeof value === 'number');
  return {outline: {x: [x[0], x.at(-1)], y: [Math.min(...known), Math.max(...known)]}};
}

/** The same with every number cut to twelve digits: two languages add in different order. */
export function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(12));
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, rounded(part)]));
  return value;
}
