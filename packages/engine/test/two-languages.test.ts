import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {JobEvent, JobValue} from '@firstlight/core';
import {expect, test} from 'vitest';
import {folderWith, inDatabase, open, processed, run, until, writeContext} from './tools.ts';

const python = `
@Variable(title="Number", units="mm")
def number(run):
    return 21

@Variable(title="Quiet", transient=True)
def quiet(run, number: "var#number"):
    return [number]

@Variable(title="Wrong")
def wrong(run):
    raise ValueError("no beam")

@Variable(title="Last")
def last(run, twice: "var#twice", quiet: "var#quiet"):
    return float(twice) + quiet[0]

@Variable(title="Of all")
def of_all(run, found: "var#curve*"):
    return float(sum(array.sum() for array in found.values()))
`;

const typescript = `
import {stored, variable} from '@firstlight/context';
export const twice = variable({title: 'Twice', inputs: {number: stored<number>('number')}}, ({number}) => 2 * number);
export const curve = variable(() => Float64Array.of(1, 2, 3));
export const behind = variable({title: 'Behind', inputs: {wrong: stored('wrong')}}, () => 1);
`;

function folderWithBoth(): string {
  const dir = folderWith(python);
  writeFileSync(join(dir, 'context.ts'), typescript);
  return dir;
}

const valuesOf = (events: readonly JobEvent[]): JobValue[] => events.filter((event) => event.event === 'value');
const shown = (events: readonly JobEvent[]) =>
  Object.fromEntries(valuesOf(events).map(({name, summary, message}) => [name, message ?? summary]));

test('variables of two languages use each other’s values, and one job computes them all, each once', async () => {
  const dir = folderWithBoth();
  await using experiment = await open(dir);
  const events = await processed(experiment);
  expect(experiment.problems()).toEqual([]);
  expect(shown(events)).toMatchObject({
    number: 21,
    twice: 42,
    last: 63,
    of_all: 6,
    behind: 'Skipped due to missing dependency:\n└ (wrong) failed: ValueError: no beam',
  });
  const names = valuesOf(events).map(({name}) => name);
  expect(names.toSorted()).toEqual(['behind', 'curve', 'last', 'number', 'of_all', 'quiet', 'start_time', 'twice', 'wrong']);
  expect(events.filter(({event}) => event === 'started')).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({event: 'finished', runs: 1, values: {ok: 7, failed: 2}});
  expect(experiment.table.variables().map(({name}) => name)).toEqual(['number', 'wrong', 'last', 'of_all', 'twice', 'curve', 'behind']);
  expect(experiment.table.cell(run(1), 'last')).toMatchObject({state: 'ok', activity: 'idle', summary: 63});
  expect(inDatabase(dir, "select name from run_variables where name in ('last', 'twice') order by name").split('\n').slice(0, 2)).toEqual([
    expect.stringContaining('last'),
    expect.stringContaining('twice'),
  ]);
  const some = await processed(experiment, {variables: ['twice'], trial: true});
  expect(shown(some)).toMatchObject({number: 21, twice: 42});
  expect(Object.keys(shown(some))).not.toContain('last');
});

test('a name in both files is a problem in both, which a file that comes later brings and an edit takes away', async () => {
  const dir = folderWith('@Variable(title="A")\ndef a(run):\n    return 1\n');
  await using experiment = await open(dir);
  expect((await experiment.contextLoaded()).problems).toEqual([]);
  writeFileSync(
    join(dir, 'context.ts'),
    `import {variable} from '@firstlight/context';\nexport const a = variable({title: 'B'}, () => 2);\n`,
  );
  const {problems} = await experiment.contextLoaded();
  expect(problems.map(({file, text}) => [file, text.includes('taken twice')])).toEqual([
    [join(dir, 'context.py'), true],
    [join(dir, 'context.ts'), true],
  ]);
  const held = (await processed(experiment)).find((event) => event.event === 'finished');
  expect(held).toMatchObject({outcome: 'failed', message: expect.stringContaining('taken twice')});
  writeContext(dir, '@Variable(title="A")\ndef b(run, a: "var#a"):\n    return a + 1\n');
  await until('the held run is processed', () => experiment.table.cell(run(1), 'b').state === 'ok');
  expect(experiment.table.cell(run(1), 'b').summary).toBe(3);
  expect(readFileSync(join(dir, 'process_logs', 'r1-p1234.out'), 'utf8')).toContain('attempt');
});
