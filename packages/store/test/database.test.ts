import {statSync} from 'node:fs';
import {join} from 'node:path';
import Database from 'better-sqlite3';
import {expect, test} from 'vitest';
import type {VariableInfo} from '@firstlight/core';
import {inspectFolder, createFolder, openFolder, readSettings, WriterProcess, writeFragment} from '../src/index.ts';
import {type ExperimentFolder} from '../src/index.ts';
import {FolderWriter} from '../src/writer/folder-writer.ts';
import {leave, newFolder, run} from './folders.ts';
import {array, python, temporaryDirectory} from './support.ts';
import {everyKind} from './values.ts';

const variable = (name: string, rest: Partial<VariableInfo> = {}): VariableInfo => ({
  name,
  title: name.toUpperCase(),
  description: null,
  tags: [],
  summary: null,
  data: 'raw',
  cluster: false,
  transient: false,
  units: null,
  inputs: [],
  line: null,
  column: null,
  ...rest,
});

function ask<Row>({database}: ExperimentFolder, query: string): Row[] {
  const connection = new Database(database, {readonly: true});
  try {
    return connection.prepare<[], Row>(query).all();
  } finally {
    connection.close();
  }
}

test('a new folder has the modes, settings and empty tables that DAMNIT expects', () => {
  const folder = newFolder();
  const mode = (path: string): string => (statSync(join(folder.dir, path)).mode & 0o777).toString(8);
  expect(['.', 'extracted_data', 'process_logs', '.tmp'].map(mode)).toEqual(['777', '777', '777', '777']);
  expect(['context.py', 'runs.sqlite'].map(mode)).toEqual(['666', '666']);
  const settings = Object.fromEntries(
    ask<{key: string; type: string}>(folder, 'SELECT key, typeof(value) AS type FROM metameta').map(({key, type}) => [key, type]),
  );
  expect(settings).toEqual({
    data_format_version: 'integer',
    damnit_python: 'text',
    concurrent_jobs: 'integer',
    db_id: 'text',
    proposal: 'integer',
    context_python: 'text',
  });
  expect(readSettings(folder.dir)).toMatchObject({
    dataFormatVersion: 4,
    proposal: 1234,
    contextPython: python,
    concurrentJobs: 15,
    dataRoot: undefined,
  });
  expect(readSettings(folder.dir).databaseId).toMatch(/^[0-9a-f]{40}$/);
  const tables = ask<{name: string}>(folder, "SELECT name FROM sqlite_master WHERE type IN ('table', 'view', 'trigger') ORDER BY name").map(
    ({name}) => name,
  );
  const theirs = [
    'delete_orphan_tags_after_variable_tag_delete',
    'max_diffs',
    'metameta',
    'run_info',
    'run_variables',
    'runs',
    'tags',
    'time_comments',
    'variable_tags',
    'variables',
  ];
  expect(tables.filter((name) => !/^(fl_|sqlite_)/.test(name))).toEqual(theirs);
});

test('a folder for TypeScript has a context.ts, and remembers where its data is', () => {
  const dir = join(temporaryDirectory(), 'ts');
  createFolder(dir, {proposal: 1, contextPython: python, language: 'typescript', dataRoot: '/data/exp'});
  expect(openFolder(dir)).toMatchObject({language: 'typescript', contextPath: join(dir, 'context.ts')});
  expect(readSettings(dir).dataRoot).toBe('/data/exp');
});

test('numbers are bound as what they are', () => {
  const folder = newFolder();
  for (const [name, cell] of Object.entries(everyKind)) leave(folder, name, cell);
  leave(folder, 'start_time', {data: 1_700_000_000});
  using writer = FolderWriter.open(folder.dir);
  writer.merge();
  const [keys] = ask<object>(
    folder,
    'SELECT DISTINCT typeof(proposal) AS proposal, typeof(run) AS run, typeof(version) AS version, typeof(timestamp) AS timestamp FROM run_variables',
  );
  expect(keys).toEqual({proposal: 'integer', run: 'integer', version: 'integer', timestamp: 'real'});
  expect(ask(folder, 'SELECT typeof(proposal) AS proposal, typeof(run) AS run, start_time FROM run_info')).toEqual([
    {proposal: 'integer', run: 'integer', start_time: 1.7e9},
  ]);
  const rows = ask<{name: string; type: string; summary_type: string | null}>(
    folder,
    'SELECT name, typeof(value) AS type, summary_type FROM run_variables',
  );
  const typeOf = Object.fromEntries(rows.map(({name, type, summary_type}) => [name, summary_type ? `${type} ${summary_type}` : type]));
  expect(typeOf).toMatchObject({
    integer: 'integer',
    integer_largest: 'integer',
    float_whole: 'real',
    float_nan: 'null',
    bool_true: 'integer',
    text_empty: 'text',
    complex: 'blob complex',
    line: 'blob trendline',
    matrix: 'blob',
    cell: 'integer',
  });
  expect(ask(folder, "SELECT attributes, max_diff FROM run_variables WHERE name = 'cell'")).toEqual([
    {attributes: '{"background":[255,0,16],"bold":true,"units":"µJ"}', max_diff: 11},
  ]);
});

test('the views show each run of each proposal by itself', () => {
  const folder = newFolder();
  leave(folder, 'energy', {data: 1}, {proposal: 1, run: 5});
  leave(folder, 'energy', {data: 2}, {proposal: 2, run: 5});
  leave(folder, 'series', {data: array('float64', [2], Float64Array.of(1, 4))}, {proposal: 2, run: 5});
  using writer = FolderWriter.open(folder.dir);
  writer.merge();
  expect(ask(folder, 'SELECT proposal, run, energy FROM runs')).toEqual([
    {proposal: 1, run: 5, energy: 1},
    {proposal: 2, run: 5, energy: 2},
  ]);
  expect(ask(folder, 'SELECT proposal, series FROM max_diffs')).toEqual([
    {proposal: 1, series: null},
    {proposal: 2, series: 3},
  ]);
});

test('a folder whose last variable is deleted has its views, with the columns of the run alone', () => {
  const folder = newFolder();
  using writer = FolderWriter.open(folder.dir);
  writer.ensureRun(run, 100);
  writer.edit({edit: 'value', run, name: 'only', text: '1', create: {type: 'integer'}}, null);
  expect(writer.orderDeletion('only')).toEqual([run]);
  writer.deleteFromDatabase('only', null);
  expect(ask(folder, 'SELECT * FROM runs')).toEqual([]);
  expect(ask(folder, 'SELECT * FROM max_diffs')).toEqual([]);
  writer.edit({edit: 'comment', run, text: 'still here'}, null);
  expect(ask(folder, 'SELECT run, comment FROM runs')).toEqual([{run: 7, comment: 'still here'}]);
});

test('more variables than a view can have columns are no trouble', () => {
  const folder = newFolder();
  using writer = FolderWriter.open(folder.dir);
  writer.updateVariables(Array.from({length: 2500}, (_, i) => variable(`v${String(i).padStart(4, '0')}`)));
  leave(folder, 'v2499', {data: 7});
  leave(folder, 'v0001', {data: 8});
  writer.merge();
  expect(ask(folder, 'SELECT run, v0001 FROM runs')).toEqual([{run: 7, v0001: 8}]);
  expect(ask(folder, "SELECT value FROM run_variables WHERE name = 'v2499'")).toEqual([{value: 7}]);
  const {leftOutOfViews} = inspectFolder(folder.dir);
  expect(leftOutOfViews).toHaveLength(510);
  expect(leftOutOfViews).toContain('v2499');
});

test('names that differ only in case, and names that need quotes, do not break the views', () => {
  const folder = newFolder();
  using writer = FolderWriter.open(folder.dir);
  writer.updateVariables([variable('Energy'), variable('energy'), variable('group.member'), variable('größe'), variable('select')]);
  leave(folder, 'select', {data: 1});
  leave(folder, 'group.member', {data: 2});
  writer.merge();
  expect(ask(folder, 'SELECT "select", "group.member" FROM runs')).toEqual([{select: 1, 'group.member': 2}]);
  expect(inspectFolder(folder.dir).leftOutOfViews).toEqual(['energy']);
});

test('variables follow the context: titles, descriptions, tags and units; transient ones are left out', () => {
  const folder = newFolder();
  using writer = FolderWriter.open(folder.dir);
  writer.updateVariables([variable('a', {tags: ['x', 'y'], units: 'mJ', description: 'first'}), variable('hidden', {transient: true})]);
  writer.updateVariables([variable('a', {tags: ['y', 'z'], title: 'New title'})]);
  expect(ask(folder, 'SELECT name, type, title, description, attributes FROM variables')).toEqual([
    {name: 'a', type: null, title: 'New title', description: null, attributes: null},
  ]);
  expect(ask<{name: string}>(folder, 'SELECT name FROM tags ORDER BY name').map(({name}) => name)).toEqual(['y', 'z']);
});

test('a run is known before it has values, and keeps the time it was added', () => {
  const folder = newFolder();
  using writer = FolderWriter.open(folder.dir);
  writer.ensureRun(run, 100);
  writer.ensureRun(run, 200);
  expect(ask(folder, 'SELECT proposal, run, start_time, added_at FROM run_info')).toEqual([{...run, start_time: null, added_at: 100}]);
});

test('a variable that gives nothing after it gave something loses its value; failing later keeps no data', () => {
  const folder = newFolder();
  using writer = FolderWriter.open(folder.dir);
  leave(folder, 'a', {data: 1});
  writer.merge();
  writeFragment(folder.extractedData, run, [{name: 'a', outcome: {state: 'none'}}]);
  writer.merge();
  expect(ask(folder, 'SELECT name, value, summary_method, attributes FROM run_variables')).toEqual([
    {name: 'a', value: null, summary_method: null, attributes: null},
  ]);
});

test('the writer notices when another program has changed the database, and not its own changes', async () => {
  const folder = newFolder();
  await using writer = await WriterProcess.start(folder.dir);
  const before = await writer.foreignChanges();
  await writer.ensureRun(run, 1);
  expect(await writer.foreignChanges()).toBe(before);
  const other = new Database(folder.database);
  other.exec("INSERT INTO time_comments VALUES (1.5, 'hello')");
  other.close();
  expect(await writer.foreignChanges()).not.toBe(before);
});
