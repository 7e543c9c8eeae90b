import type {Activity, Cell, RunId, Summary} from '@firstlight/core';
import {Table} from '@firstlight/engine';
import type {CellColumns} from '@firstlight/store';
import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {missingCell, next} from '../src/cell.ts';
import type {CellContent} from '../src/cell.ts';
import {fill} from '../src/table/stored-cells.ts';

const runs: readonly RunId[] = [1, 2, 70].flatMap((run) => [
  {proposal: 1234, run},
  {proposal: 99, run},
]);
const names = ['a', 'b', 'c'] as const;
const keyOf = ({proposal, run}: RunId, name: string): string => `${proposal}:${run}:${name}`;

const summary: fc.Arbitrary<Summary> = fc.oneof(
  fc.constant(null),
  fc.double(),
  fc.boolean(),
  fc.string(),
  fc.constant(2n ** 63n - 1n),
  fc.record({re: fc.double(), im: fc.double()}),
  fc.record({image: fc.constantFrom('/1.png', '/2.png')}),
  fc.constant({trendline: {x: [1, 2], y: [3, 4]}}),
);
const gone: CellContent = {state: 'missing', summary: null, message: null, attributes: null, maxDiff: null};
const content: fc.Arbitrary<CellContent> = fc.oneof(
  {weight: 1, arbitrary: fc.constant(gone)},
  {
    weight: 5,
    arbitrary: fc.record({
      state: fc.constantFrom('ok', 'none', 'skipped', 'failed'),
      summary,
      message: fc.option(fc.string()),
      attributes: fc.option(fc.record({units: fc.string()})),
      maxDiff: fc.option(fc.double()),
    }),
  },
);
const step = fc.record({
  run: fc.constantFrom(...runs),
  name: fc.constantFrom(...names),
  event: fc.oneof(
    fc.record({type: fc.constant('content' as const), content}),
    fc.record({type: fc.constant('activity' as const), activity: fc.constantFrom<Activity>('idle', 'queued', 'running')}),
  ),
});

test('typed columns hold and tell what a map of cells would', () => {
  fc.assert(
    fc.property(fc.array(step, {maxLength: 60}), (steps) => {
      const table = new Table();
      const naive = new Map<string, Cell>();
      for (const {run, name, event} of steps) {
        const before = naive.get(keyOf(run, name)) ?? missingCell(run, name);
        const after = next(before, event);
        const told = event.type === 'content' ? table.setContent(run, name, event.content) : table.setActivity(run, [name], event.activity);
        expect(told).toEqual(after === before ? [] : [after]);
        naive.set(keyOf(run, name), after);
        expect(table.cell(run, name)).toEqual(after);
      }
      for (const run of runs) {
        const filled = names
          .flatMap((name) => naive.get(keyOf(run, name)) ?? [])
          .filter(({state, activity}) => state !== 'missing' || activity !== 'idle');
        expect([...table.cells(run)].sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual(filled);
      }
    }),
    {numRuns: 300},
  );
});

/** Plain numbers of one variable, as they are read from a folder. */
const stored = (values: readonly {run: RunId; value: number}[]): CellColumns => ({
  length: values.length,
  proposals: Int32Array.from(values, ({run}) => run.proposal),
  runs: Int32Array.from(values, ({run}) => run.run),
  starts: Int32Array.from({length: values.length + 1}, (_, i) => i),
  names: ['a'],
  name: new Int32Array(values.length),
  state: new Uint8Array(values.length),
  kind: new Uint8Array(values.length).fill(1),
  number: Float64Array.from(values, ({value}) => value),
  maxDiff: new Float64Array(),
  other: new Map(),
  attributes: new Map(),
});

const ok = (value: number): CellContent => ({state: 'ok', summary: value, message: null, attributes: null, maxDiff: null});

test('what happens to a run whose stored values are still being read is kept, and told when they are here', () => {
  const [early, late, third] = [
    {proposal: 1234, run: 1},
    {proposal: 1234, run: 2},
    {proposal: 1234, run: 3},
  ];
  const table = new Table();
  for (const run of [early, late, third]) {
    table.setRun({...run, startTime: null, addedAt: 5});
    table.await(run);
  }
  expect(table.setContent(early, 'a', ok(10))).toEqual([]);
  expect(table.setActivity(late, ['a', 'b'], 'queued')).toEqual([]);
  fill(table, stored([early, late, third].map((run) => ({run, value: run.run}))));
  expect(table.arrived(early)).toMatchObject([{name: 'a', summary: 10}]);
  expect(table.arrived(late)).toMatchObject([
    {name: 'a', summary: 2, activity: 'queued'},
    {name: 'b', state: 'missing', activity: 'queued'},
  ]);
  expect(table.arrived(third)).toEqual([]);
  expect(table.awaited()).toEqual([]);
  expect(table.setActivity(late, ['a'], 'idle')).toMatchObject([{summary: 2, activity: 'idle'}]);
  fill(table, stored([{run: third, value: 99}]));
  expect(table.cell(third, 'a').summary).toBe(3);
});
