import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {missingCell, type ChangedCell} from './model.ts';
import {TableStore, type LoadedTable} from './table-store.ts';

const variable = (name: string) => ({name, title: name.toUpperCase(), units: 'mJ', description: null, tags: []});

const loaded: LoadedTable = {
  change: 10,
  total: 2,
  proposals: Int32Array.of(1234, 1234),
  runs: Int32Array.of(1, 3),
  startTimes: Float64Array.of(1e9, Number.NaN),
  columns: [
    {
      variable: variable('energy'),
      loaded: {
        states: Uint8Array.of(0, 3),
        numbers: {values: Float64Array.of(1.5, 0), present: Uint8Array.of(1, 0), boolean: false},
        message: (row) => (row === 1 ? 'ValueError: no beam' : null),
      },
    },
    {
      variable: variable('trace'),
      loaded: {states: Uint8Array.of(0, 4), text: (row) => (row === 0 ? '{"trendline":{"x":[0,1],"y":[2,3]}}' : null)},
    },
  ],
  activity: [[1, 'trace', 'running']],
};

const told = (run: number, name: string, more: Partial<ChangedCell> = {}): ChangedCell => ({
  ...missingCell,
  proposal: 1234,
  run,
  name,
  state: 'ok',
  summary: 1,
  ...more,
});

test('a loaded table gives its cells, read when they are looked at', () => {
  const store = new TableStore(loaded);
  expect(store.cell(1234, 1, 'energy')).toMatchObject({state: 'ok', summary: 1.5, activity: 'idle', message: null});
  expect(store.cell(1234, 3, 'energy')).toMatchObject({state: 'failed', summary: null, message: 'ValueError: no beam'});
  expect(store.cell(1234, 1, 'trace').summary).toEqual({trendline: {x: [0, 1], y: [2, 3]}});
  expect(store.cell(1234, 3, 'trace')).toMatchObject({state: 'missing', activity: 'running'});
  expect(store.totals()).toEqual({runs: 2, running: 1, queued: 0});
});

test('changes are joined in order, once, and a gap is noticed', () => {
  const store = new TableStore(loaded);
  expect(store.apply({number: 10, cells: [told(1, 'energy', {summary: 9})]})).toBe('known');
  expect(store.apply({number: 12, cells: []})).toBe('gap');
  expect(store.cell(1234, 1, 'energy').summary).toBe(1.5);
  expect(store.apply({number: 11, cells: [told(3, 'energy', {summary: 2})]})).toBe('applied');
  expect(store.cell(1234, 3, 'energy')).toMatchObject({state: 'ok', summary: 2, message: null});
  expect(store.change).toBe(11);
});

test('a run that arrives late takes its place between the others', () => {
  const store = new TableStore(loaded);
  store.apply({number: 11, cells: [told(2, 'energy')]});
  expect([0, 1, 2].map((position) => store.runOf(store.rowAt(position)))).toEqual([1, 2, 3]);
  expect(store.positionOf(1234, 3)).toBe(2);
  expect(store.positionOf(1234, 4)).toBe(-1);
});

test('a variable gets its column when it is declared, with what was told of it before', () => {
  const store = new TableStore(loaded);
  const events: string[] = [];
  store.subscribe((event) => events.push(event));
  store.apply({number: 11, cells: [told(1, 'new', {summary: 5})]});
  expect(store.columnIndex('new')).toBe(-1);
  store.setVariables([variable('trace'), variable('new')]);
  expect(store.columns.map((column) => column.variable.title)).toEqual(['TRACE', 'NEW', 'ENERGY']);
  expect(store.cell(1234, 1, 'new').state).toBe('ok');
  expect(events).toEqual(['cells', 'structure']);
});

test('counters follow what is queued and running, whatever the order of events', () => {
  const activity = fc.constantFrom('idle' as const, 'queued' as const, 'running' as const);
  const change = fc.record({run: fc.integer({min: 1, max: 5}), name: fc.constantFrom('energy', 'trace', 'other'), activity});
  fc.assert(
    fc.property(fc.array(change, {maxLength: 60}), (changes) => {
      const store = new TableStore({...loaded, activity: []});
      const last = new Map<string, string>();
      changes.forEach(({run, name, activity}, i) => {
        store.apply({number: 11 + i, cells: [told(run, name, {activity})]});
        last.set(`${run} ${name}`, activity);
      });
      const active = (run: number, wanted: string) => [...last].some(([key, activity]) => key.startsWith(`${run} `) && activity === wanted);
      const runs = [1, 2, 3, 4, 5];
      expect(store.totals()).toMatchObject({
        running: runs.filter((run) => active(run, 'running')).length,
        queued: runs.filter((run) => active(run, 'queued') && !active(run, 'running')).length,
      });
    }),
  );
});

test('ten thousand runs of five hundred numbers are loaded within seconds and hold their values', () => {
  const rows = 10_000;
  const columns = Array.from({length: 500}, (_, c) => ({
    variable: variable(`v${c}`),
    loaded: {
      states: new Uint8Array(rows),
      numbers: {values: new Float64Array(rows).fill(c), present: new Uint8Array(rows).fill(1), boolean: false},
    },
  }));
  const runs = Int32Array.from({length: rows}, (_, i) => i + 1);
  const store = new TableStore({
    change: 1,
    total: 1,
    proposals: new Int32Array(rows).fill(1234),
    runs,
    startTimes: new Float64Array(rows),
    columns,
    activity: [],
  });
  expect(store.cell(1234, rows, 'v499').summary).toBe(499);
  store.apply({number: 2, cells: [told(rows + 1, 'v7', {summary: -1})]});
  expect(store.cell(1234, rows + 1, 'v7').summary).toBe(-1);
  expect(store.cell(1234, rows + 1, 'v8').state).toBe('missing');
});
