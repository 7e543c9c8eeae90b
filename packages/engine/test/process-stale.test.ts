import {createReadStream, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {writeFragment} from '@firstlight/store';
import {describe, expect, test} from 'vitest';
import type {Experiment, ProcessRequest} from '@firstlight/engine';
import {folderWith, open, run, temporaryDirectory, until, writeContext} from './tools.ts';

const summaryOf = ({table}: Experiment, name: string): unknown => table.cell(run(1), name).summary;

/** The names of the values that a request stored. */
async function stored(experiment: Experiment, request: Partial<ProcessRequest> = {}): Promise<string[]> {
  const events = await Array.fromAsync(experiment.process({runs: [run(1)], mock: true, ...request}));
  return events.flatMap((event) => (event.event === 'value' ? [event.name] : [])).sort();
}

const staleNames = async (experiment: Experiment): Promise<string[]> =>
  (await Array.fromAsync(experiment.stale())).filter(({state}) => state === 'stale').map(({name}) => name);

const versionsOf = async (experiment: Experiment, name: string): Promise<number> => (await experiment.history(run(1), name)).length;

const chain = (bonus: number): string => `
@Variable()
def first(run):
    return 1

@Variable(transient=True)
def between(run, first: "var#first"):
    return {"value": first + 1}

@Variable()
def second(run, between: "var#between", cut: "param#cut" = 1):
    return between["value"] + cut + ${bonus}

@Variable()
def third(run, second: "var#second", first: "var#first"):
    return 100 * second + first

@Variable()
def other(run):
    return 7
`;

describe('what is computed again', () => {
  test('is exactly what is stale, with the parameters that it had; the rest gets no new version', async () => {
    const dir = folderWith(chain(0));
    await using experiment = await open(dir);
    await stored(experiment, {parameters: {cut: 10}});
    expect(summaryOf(experiment, 'third')).toBe(1201);
    writeContext(dir, chain(5));
    expect(await stored(experiment, {stale: true})).toEqual(['second', 'third']);
    expect(summaryOf(experiment, 'third')).toBe(1701);
    expect(await staleNames(experiment)).toEqual([]);
    expect([await versionsOf(experiment, 'first'), await versionsOf(experiment, 'second')]).toEqual([1, 2]);
    expect(await stored(experiment, {stale: true})).toEqual([]);
  });

  test('can be only some of it', async () => {
    const dir = folderWith(chain(0));
    await using experiment = await open(dir);
    await stored(experiment);
    writeContext(dir, chain(5));
    expect(await stored(experiment, {stale: true, variables: ['second']})).toEqual(['second']);
    expect(await staleNames(experiment)).toEqual(['third']);
  });

  test('takes what another program has stored as it is, and does not judge it', async () => {
    const dir = folderWith(chain(0));
    await using experiment = await open(dir);
    await stored(experiment);
    await until('the values are in the history', async () => (await versionsOf(experiment, 'first')) === 1);
    const directory = temporaryDirectory();
    const submitted = [{name: 'first', outcome: {state: 'ok', cell: {data: 41}}}] as const;
    const file = writeFragment(directory, run(1), submitted, {provenance: 'damnit.submit'});
    await experiment.submit(run(1), createReadStream(join(directory, file)));
    const cells = await Array.fromAsync(experiment.stale());
    expect(cells.map(({name, state}) => [name, state])).toEqual([
      ['first', 'unknown'],
      ['second', 'stale'],
      ['third', 'stale'],
    ]);
    expect(await stored(experiment, {stale: true})).toEqual(['second', 'third']);
    expect(summaryOf(experiment, 'third')).toBe(100 * 43 + 41);
    expect(await staleNames(experiment)).toEqual([]);
  });

  test('in a folder of two languages takes what the other has stored', async () => {
    const dir = folderWith('@Variable()\ndef first(run):\n    return 1\n');
    const typescript = (bonus: number): string => `
import {stored, variable} from '@firstlight/context';
export const second = variable({inputs: {first: stored<number>('first')}}, ({first}) => first + ${bonus});
export const third = variable({inputs: {second}}, ({second}) => 10 * second);
`;
    writeFileSync(join(dir, 'context.ts'), typescript(1));
    await using experiment = await open(dir);
    await stored(experiment);
    expect(await staleNames(experiment)).toEqual([]);
    writeFileSync(join(dir, 'context.ts'), typescript(2));
    expect(await stored(experiment, {stale: true})).toEqual(['second', 'third']);
    expect(summaryOf(experiment, 'third')).toBe(30);
    writeContext(dir, '@Variable()\ndef first(run):\n    return 2\n');
    expect((await Array.fromAsync(experiment.stale())).map(({name}) => name)).toEqual(['first', 'second', 'third']);
    expect(await stored(experiment, {stale: true})).toEqual(['first', 'second', 'third']);
    expect(summaryOf(experiment, 'third')).toBe(40);
    expect(await staleNames(experiment)).toEqual([]);
  });
});
