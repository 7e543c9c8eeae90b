import type {ValueEvent} from '@firstlight/core';
import {Table} from '@firstlight/engine';
import {expect, test} from 'vitest';
import {contentOf, messageOf, missingCell, next, sameContent} from '../src/cell.ts';
import type {CellContent} from '../src/cell.ts';

const run = {proposal: 1234, run: 1};
const ok = (summary: CellContent['summary']): CellContent => ({state: 'ok', summary, message: null, attributes: null, maxDiff: null});

test('an unchanged cell stays as it is, and only changed cells are told', () => {
  const table = new Table();
  expect(table.setContent(run, 'a', ok(1))).toMatchObject([{name: 'a', summary: 1}]);
  const before = table.cell(run, 'a');
  expect(table.setContent(run, 'a', ok(1))).toEqual([]);
  expect(table.setActivity(run, ['a'], 'idle')).toEqual([]);
  expect(table.cell(run, 'a')).toEqual(before);
  expect(table.setActivity(run, ['a', 'b'], 'queued')).toHaveLength(2);
  expect(table.cell(run, 'a')).toMatchObject({summary: 1, activity: 'queued'});
});

test('a cell that waits for nothing and holds nothing is forgotten', () => {
  const table = new Table();
  table.setActivity(run, ['a'], 'queued');
  expect(table.cells(run)).toHaveLength(1);
  expect(table.setActivity(run, ['a'], 'idle')).toMatchObject([{state: 'missing', activity: 'idle'}]);
  expect(table.cells(run)).toEqual([]);
});

test('rows come in order, keep what is known of them, and their list keeps its identity', () => {
  const table = new Table();
  table.setRun({proposal: 1234, run: 9, startTime: null, addedAt: 5});
  table.setRun({proposal: 1234, run: 2, startTime: 1, addedAt: 6});
  table.setRun({proposal: 99, run: 3, startTime: 1, addedAt: 6});
  expect(table.runs().map((row) => row.run)).toEqual([3, 2, 9]);
  const rows = table.runs();
  expect(table.setRun({proposal: 1234, run: 2, startTime: null, addedAt: 7})).toBe(false);
  expect(table.runs()).toBe(rows);
  expect(table.setRun({proposal: 1234, run: 9, startTime: 4, addedAt: null})).toBe(true);
  expect(table.row({proposal: 1234, run: 9})).toEqual({proposal: 1234, run: 9, startTime: 4, addedAt: 5});
});

test('NaN is itself, true in the database is 1, and arrays are compared by their points', () => {
  expect(sameContent(ok(Number.NaN), ok(Number.NaN))).toBe(true);
  expect(sameContent(ok(true), ok(1))).toBe(true);
  expect(sameContent(ok('1'), ok(1))).toBe(false);
  const line = (y: number): CellContent => ok({trendline: {x: [1, 2], y: [1, y]}});
  expect(sameContent(line(2), line(2))).toBe(true);
  expect(sameContent(line(2), line(3))).toBe(false);
});

test('a cancelled variable keeps the value it had', () => {
  const nothing = {summary: null, maxDiff: null, attributes: null, kind: null, seconds: 0, fragment: null};
  const event: ValueEvent = {type: 'value', job: 'j', ...run, variable: 'a', state: 'cancelled', ...nothing};
  expect(contentOf(event, '')).toBeUndefined();
  expect(contentOf({...event, state: 'ok', summary: 'NaN', maxDiff: 'NaN'}, '')).toMatchObject({summary: Number.NaN, maxDiff: Number.NaN});
});

test('a message names the error, and speaks for itself when a dependency is missing', () => {
  expect(messageOf('failed', {error: 'no', error_cls: 'ValueError'})).toBe('ValueError: no');
  expect(messageOf('failed', {error: 'Skipped due to', error_cls: 'DependencyError'})).toBe('Skipped due to');
  expect(messageOf('skipped', {error: 'not today', error_cls: 'Skip'})).toBe('not today');
  expect(messageOf('ok', {units: 'mJ'})).toBeNull();
});

test('an event that changes nothing gives the same cell', () => {
  const cell = missingCell(run, 'a');
  expect(next(cell, {type: 'activity', activity: 'idle'})).toBe(cell);
});
