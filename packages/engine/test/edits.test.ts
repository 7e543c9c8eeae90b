import {execFileSync} from 'node:child_process';
import {expect, test} from 'vitest';
import type {Experiment} from '../src/index.ts';
import {folderWith, inDatabase, open, processed, python, run, until} from './tools.ts';

const context = '@Variable(title="A")\ndef a(run):\n    return 1\n\n@Variable(title="B")\ndef b(run):\n    return [1.0, 2.0, 5.0]\n';

/** The one thing that a query gives. */
const stored = (dir: string, query: string): string => /^\('?(.*?)'?,\)$/.exec(inDatabase(dir, query).trim())?.[1] ?? 'nothing';

const ask = async (experiment: Experiment, name: string, request: object): Promise<object[]> =>
  Array.fromAsync(experiment.command(name, request));

const edited = async (): Promise<{dir: string; experiment: Experiment}> => {
  const dir = folderWith(context);
  const experiment = await open(dir);
  await processed(experiment);
  return {dir, experiment};
};

test('what a person types is in the table at once, is announced, and is history with its author and what was before', async () => {
  const {dir, experiment} = await edited();
  await using here = experiment;
  const before = here.changes.current;
  const seen: unknown[] = [];
  const listening = (async () => {
    for await (const item of here.changes.since(before))
      if ('cells' in item) seen.push(...item.cells.map(({name, summary}) => [name, summary]));
  })();
  await ask(here, 'set', {run: 1, name: 'sample', value: 'Fe', type: 'string', title: 'Sample', author: 'eva'});
  await ask(here, 'set', {run: 1, name: 'sample', value: 'Fe foil', author: 'jan'});
  await ask(here, 'set', {run: 1, name: 'hot', value: 'YES', type: 'boolean'});
  await ask(here, 'comment', {run: 1, text: 'good'});
  await ask(here, 'comment', {run: 1, text: ''});
  expect(here.table.cell(run(1), 'sample')).toMatchObject({state: 'ok', summary: 'Fe foil'});
  expect(here.table.cell(run(1), 'hot')).toMatchObject({summary: true});
  expect(here.table.cell(run(1), 'comment').summary).toBeNull();
  expect(here.table.variables().map(({title}) => title)).toEqual(['A', 'B', 'Sample', 'hot', 'Comment']);
  await until('the changes are announced', () => JSON.stringify(seen).includes('["comment",null]'));
  expect(seen).toEqual(
    expect.arrayContaining([
      ['sample', 'Fe foil'],
      ['hot', true],
      ['comment', null],
    ]),
  );
  const history =
    "SELECT group_concat(version || ' ' || state || ' ' || coalesce(value, '-') || ' ' || provenance || ' ' || author, ', ') FROM fl_history WHERE name =";
  expect(stored(dir, `${history} 'sample'`)).toBe('1 ok Fe manual-input eva, 2 ok Fe foil manual-input jan');
  await here[Symbol.asyncDispose]();
  await listening;
});

test('typed values and comments can be read by the official damnit', async () => {
  const {dir, experiment} = await edited();
  {
    await using here = experiment;
    for (const [name, type, value] of [
      ['whole', 'integer', '12'],
      ['real', 'number', '1e-3'],
      ['flag', 'boolean', 'no'],
      ['sample', 'string', 'Fe'],
    ])
      await ask(here, 'set', {run: 1, name, type, value});
    await ask(here, 'comment', {run: 1, text: 'a good run'});
    await ask(here, 'comment', {at: 1.7e9, text: 'beam back'});
  }
  const script = `
import sys, json
from damnit import Damnit
d = Damnit(sys.argv[1]); rv = d[1]
print(json.dumps([sorted(rv.keys()), {n: rv[n].read() for n in ('whole', 'real', 'flag', 'sample', 'comment')}, list(d.table()['comment'])]))`;
  const said: unknown = JSON.parse(execFileSync(python, ['-c', script, dir], {encoding: 'utf8'}));
  expect(said).toEqual([
    ['a', 'b', 'comment', 'flag', 'real', 'sample', 'start_time', 'whole'],
    {whole: 12, real: 0.001, flag: 0, sample: 'Fe', comment: 'a good run'},
    ['a good run'],
  ]);
  expect(stored(dir, "SELECT typeof(timestamp) || ' ' || comment FROM time_comments")).toBe('real beam back');
  expect(stored(dir, 'SELECT whole || sample FROM runs')).toBe('12Fe');
});

test('comments on moments are added, changed, deleted and listed, and what they were is kept', async () => {
  const {dir, experiment} = await edited();
  await using here = experiment;
  expect(await ask(here, 'comment', {at: 1.7e9, text: 'beam back'})).toEqual([{event: 'comment', id: 1, at: 1.7e9, text: 'beam back'}]);
  await ask(here, 'comment', {at: 1.6e9, text: 'beam lost'});
  await ask(here, 'comment', {edit: 1, text: 'beam really back', author: 'eva'});
  await ask(here, 'comment', {delete: 2});
  expect(await ask(here, 'comment', {})).toEqual([{event: 'comment', id: 1, at: 1.7e9, text: 'beam really back'}]);
  await expect(ask(here, 'comment', {delete: 2})).rejects.toMatchObject({code: 'no-such-comment'});
  expect(
    stored(dir, "SELECT before || ' > ' || after || ' by ' || author FROM fl_edits WHERE before IS NOT NULL AND after IS NOT NULL"),
  ).toBe('beam back > beam really back by eva');
});

test('a deleted variable is gone from table, database, views and files, and its history stays', async () => {
  const {dir, experiment} = await edited();
  await using here = experiment;
  expect(await ask(here, 'set', {delete: 'b'})).toEqual([{event: 'deleted', name: 'b', runs: 1}]);
  expect(here.table.cell(run(1), 'b').state).toBe('missing');
  expect(stored(dir, "SELECT count(*) FROM run_variables WHERE name = 'b'")).toBe('0');
  expect(stored(dir, "SELECT count(*) FROM pragma_table_info('runs') WHERE name = 'b'")).toBe('0');
  expect(stored(dir, "SELECT group_concat(state, ' ') FROM fl_history WHERE name = 'b'")).toBe('ok none');
  await expect(here.reader.readData(dir, run(1), 'b')).rejects.toMatchObject({code: 'no-value'});
  expect(await ask(here, 'verify', {})).toContainEqual({event: 'verified', values: 1, lost: 0, doubled: 0, corrupt: 0, orphaned: 0});
});

const refused: Readonly<Record<string, readonly [name: string, request: object, code: string]>> = {
  'an unknown run': ['set', {run: 99, name: 'x', value: '1'}, 'no-such-run'],
  'an unknown variable': ['set', {run: 1, name: 'x', value: '1'}, 'no-such-variable'],
  'a computed variable': ['set', {run: 1, name: 'a', value: '1'}, 'not-editable'],
  'a value of another type': ['set', {run: 1, name: 'x', value: 'hot', type: 'number'}, 'bad-value'],
  'a name that is none': ['set', {run: 1, name: 'x y', value: '1', type: 'number'}, 'bad-name'],
  'a title that is taken': ['set', {run: 1, name: 'x', value: '1', type: 'number', title: 'A'}, 'name-taken'],
  'the version of the format': ['settings', {key: 'data_format_version', value: '3'}, 'protected-setting'],
  'deleting the name of the database': ['settings', {key: 'db_id', delete: true}, 'protected-setting'],
  'deleting what is not there': ['settings', {key: 'nothing', delete: true}, 'no-such-setting'],
  'a proposal that is no number': ['settings', {key: 'proposal', value: 'mine'}, 'bad-value'],
  'a variable to delete that is not there': ['set', {delete: 'x'}, 'no-such-variable'],
  garbage: ['set', {run: 'one'}, 'bad-request'],
};

test('changes that make no sense are refused with a reason, and change nothing', async () => {
  const {dir, experiment} = await edited();
  await using here = experiment;
  for (const [name, request, code] of Object.values(refused))
    await expect((async () => ask(here, name, request))()).rejects.toMatchObject({code});
  expect(stored(dir, 'SELECT count(*) FROM variables')).toBe('2');
  expect(stored(dir, 'SELECT count(*) FROM fl_edits')).toBe('0');
});
