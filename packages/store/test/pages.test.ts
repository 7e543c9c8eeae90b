import type {RunId} from '@firstlight/core';
import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {cellsOf} from '../src/index.ts';
import {type Connection, createDatabase} from '../src/database/connection.ts';
import {loadPage} from '../src/reader/load-cells.ts';
import type {CellColumns} from '../src/reader/table-model.ts';

const value = fc.oneof(
  fc.double({noNaN: true, noDefaultInfinity: true}).map((x) => ({stored: x, isBoolean: false, expected: x})),
  fc
    .bigInt(-(2n ** 63n), 2n ** 63n - 1n)
    .map((x) => ({stored: x, isBoolean: false, expected: Number.isSafeInteger(Number(x)) ? Number(x) : x})),
  fc.boolean().map((x) => ({stored: x ? 1n : 0n, isBoolean: true, expected: x})),
  fc.string().map((x) => ({stored: x, isBoolean: false, expected: x})),
  fc.constant({stored: null, isBoolean: false, expected: null}),
);
const row = fc.record({
  proposal: fc.constantFrom(99, 1234),
  run: fc.integer({min: 1, max: 9}),
  name: fc.constantFrom('energy', 'Energy', 'text', 'xgm.flux'),
  value,
  maxDiff: fc.option(fc.double({noNaN: true, noDefaultInfinity: true})),
  units: fc.option(fc.constantFrom('mJ', 'keV')),
});

interface Stored {
  readonly id: RunId & {readonly name: string};
  readonly expected: object;
}

function write(
  connection: Connection,
  rows: readonly {
    proposal: number;
    run: number;
    name: string;
    value: {stored: unknown; isBoolean: boolean; expected: unknown};
    maxDiff: number | null;
    units: string | null;
  }[],
): Stored[] {
  const cell = connection.prepare(
    'INSERT INTO run_variables (proposal, run, name, version, value, timestamp, max_diff, attributes) VALUES (?, ?, ?, 1, ?, ?, ?, ?)',
  );
  const kind = connection.prepare("INSERT INTO fl_summary_kinds VALUES (?, ?, ?, ?, 'bool')");
  const stored = rows.map(({proposal, run, name, value: {stored: bound, isBoolean, expected}, maxDiff, units}, i) => {
    cell.run(BigInt(proposal), BigInt(run), name, bound, 100 + i, maxDiff, units && JSON.stringify({units}));
    if (isBoolean) kind.run(BigInt(proposal), BigInt(run), name, 100 + i);
    const attributes = units ? {units} : null;
    return {
      id: {proposal, run, name},
      expected: {proposal, run, name, state: expected === null ? 'none' : 'ok', summary: expected, attributes, maxDiff},
    };
  });
  return stored;
}

function readPages(connection: Connection, atLeast: number): CellColumns[] {
  const pages: CellColumns[] = [];
  for (let upTo: RunId | null = null; ; ) {
    const {cells, next} = loadPage(connection, upTo, atLeast);
    pages.push(cells);
    upTo = next;
    if (!next) return pages;
  }
}

test('pages of any size give every stored cell once, a run never in two of them, the newest first', () => {
  const place = fc.uniqueArray(row, {selector: ({proposal, run, name}) => `${proposal}:${run}:${name}`, maxLength: 40});
  fc.assert(
    fc.property(place, fc.integer({min: 1, max: 12}), (rows, atLeast) => {
      const connection = createDatabase(':memory:');
      const stored = write(connection, rows);
      const pages = readPages(connection, atLeast);
      connection.close();
      const cells = [...cellsOf({cells: pages}, () => '')];
      const order = stored.toSorted((a, b) => b.id.proposal - a.id.proposal || b.id.run - a.id.run || (a.id.name < b.id.name ? -1 : 1));
      expect(cells).toMatchObject(order.map(({expected}) => expected));
      const runsSeen = pages.flatMap(({proposals, runs}) => [...runs].map((run, i) => `${proposals[i]}:${run}`));
      expect(new Set(runsSeen).size).toBe(runsSeen.length);
    }),
    {numRuns: 200},
  );
});

test('a kind of a row that another program has replaced does not count', () => {
  const connection = createDatabase(':memory:');
  write(connection, [{proposal: 1, run: 1, name: 'a', value: {stored: 1n, isBoolean: true, expected: true}, maxDiff: null, units: null}]);
  const summaries = (): unknown[] => [...cellsOf({cells: readPages(connection, 10)}, () => '')].map(({summary}) => summary);
  expect(summaries()).toEqual([true]);
  connection.exec('UPDATE run_variables SET timestamp = timestamp + 1');
  expect(summaries()).toEqual([1]);
});
