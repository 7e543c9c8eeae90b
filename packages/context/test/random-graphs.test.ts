/** Random graphs, planned by `core` and run by the real runners of both languages. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {buildGraph, selectVariables} from '@firstlight/core';
import type {DescribedEvent, ValueEvent} from '@firstlight/core';
import * as fc from 'fast-check';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {declaredVariables, pythonContext, randomContext, typescriptContext} from './random-graphs.ts';
import {RunnerProcess, startPythonRunner} from './runner-process.ts';
import type {JobResult} from './runner-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'firstlight-graphs-'));
const graphsAtOnce = 24;

let typescript: RunnerProcess;
let python: RunnerProcess;
beforeAll(() => {
  // What is written by a test has the types that the test gives it.
  typescript = new RunnerProcess({FIRSTLIGHT_TSC: '/bin/true'});
  python = startPythonRunner();
});
afterAll(async () => {
  await Promise.all([typescript[Symbol.asyncDispose](), python[Symbol.asyncDispose]()]);
  rmSync(folder, {recursive: true, force: true});
});

const byName = <T extends {readonly name: string}>(all: readonly T[]): T[] => all.toSorted((a, b) => (a.name < b.name ? -1 : 1));

/** What is promoted, and what each variable asks for. */
const declared = ({variables}: Pick<DescribedEvent, 'variables'>): unknown =>
  byName(variables).map(({name, data, cluster, transient, inputs}) => ({name, data, cluster, transient, inputs}));

const started = ({events}: JobResult): string[] => events.flatMap((event) => (event.type === 'started' ? event.variables : [])).sort();

const outcome = ({state, summary, kind, attributes, fragment}: ValueEvent): unknown => ({
  state,
  summary,
  kind,
  error: attributes?.error,
  errorClass: attributes?.error_cls,
  isStored: fragment !== null,
});

/** What came of each variable; when the run began differs. */
const results = ({values}: JobResult): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (name === 'start_time' ? [] : [[name, outcome(value)]])));

test('random graphs are planned, run and explained alike in both languages', async () => {
  await fc.assert(
    fc.asyncProperty(randomContext(graphsAtOnce), fc.infiniteStream(fc.nat(5)), async (variables, dice) => {
      writeFileSync(join(folder, 'context.py'), pythonContext(variables));
      writeFileSync(join(folder, 'context.ts'), typescriptContext(variables));
      const [ours, theirs] = await Promise.all([typescript.load(join(folder, 'context.ts')), python.load(join(folder, 'context.py'))]);
      expect([ours.problems, theirs.problems]).toEqual([[], []]);
      const graph = buildGraph(declaredVariables(variables));
      expect(graph.problems).toEqual([]);
      expect(declared(ours)).toEqual(declared({variables: [...graph.variables.values()]}));
      expect(declared(theirs)).toEqual(declared(ours));
      const some = variables.map(({name}) => name).filter(() => dice.next().value === 0);
      for (const {trigger, names} of [
        {trigger: 'all', names: null},
        {trigger: 'raw', names: null},
        {trigger: 'proc', names: null},
        {trigger: 'all', names: some},
      ] as const) {
        const request = {trigger, variables: names === null ? null : [...names]};
        const [mine, other] = await Promise.all([typescript.run(request), python.run(request)]);
        const planned = ['start_time', ...selectVariables(graph, {trigger, names})].sort();
        expect([mine.finished.outcome, other.finished.outcome]).toEqual(['done', 'done']);
        expect(started(mine)).toEqual(planned);
        expect(started(other)).toEqual(planned);
        expect(results(other)).toEqual(results(mine));
      }
    }),
    // A smaller context would tell no more: its graphs are independent.
    {numRuns: 2, endOnFailure: true},
  );
});
