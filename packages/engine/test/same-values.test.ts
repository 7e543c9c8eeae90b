import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {createFolder} from '@firstlight/store';
import {expect, test} from 'vitest';
import type {ProcessRequest} from '@firstlight/engine';
import {open, processed, python, run, temporaryDirectory} from './tools.ts';

const contexts = {
  python: [
    'context.py',
    `from damnit_ctx import Skip, Variable
import numpy as np

@Variable(title="One", summary="mean", units="mm")
def one(run): return np.arange(8.0)

@Variable(transient=True)
def step(run, one: "var#one"): return {"twice": 2 * one}

@Variable(title="Two")
def two(run, step: "var#step", number: "meta#run_number"): return float(step["twice"].sum()) + number

@Variable
def skipped(run): raise Skip("not today")

@Variable
def broken(run, one: "var#o*"): raise KeyError(sorted(one)[0])

@Variable
def after(run, broken: "var#broken" = 3, skipped: "var#skipped" = 4): return broken + skipped
`,
  ],
  typescript: [
    'context.ts',
    `import {glob, meta, optional, Skip, sum, variable} from '@firstlight/context';

export const one = variable({title: 'One', summary: 'mean', units: 'mm'}, () => Float64Array.from({length: 8}, (_, i) => i));
export const step = variable({transient: true, inputs: {one}}, ({one}) => ({twice: one.map((each) => 2 * each)}));
export const two = variable({title: 'Two', inputs: {step, number: meta('run_number')}}, ({step, number}) => sum(step.twice) + number);
export const skipped = variable((): number => { throw new Skip('not today'); });
export const broken = variable({inputs: {one: glob('o*')}}, ({one}): number => { throw new RangeError(Object.keys(one)[0]); });
export const after = variable({inputs: {broken: optional(broken, 3), skipped: optional(skipped, 4)}}, ({broken, skipped}) => broken + skipped);
`,
  ],
} as const;

test.each(['python', 'typescript'] as const)(
  '%s gives the same warm, cold and one after the other',
  {timeout: 240_000},
  async (language) => {
    const dir = join(temporaryDirectory(), 'folder');
    createFolder(dir, {proposal: 1234, contextPython: python, language});
    const [file, text] = contexts[language];
    writeFileSync(join(dir, file), text);
    await using experiment = await open(dir);
    const valuesOf = async (how: Partial<ProcessRequest>) => {
      const events = await processed(experiment, {runs: [run(5)], ...how});
      const values = events.flatMap((event) => (event.event === 'value' && event.name !== 'start_time' ? [event] : []));
      return Object.fromEntries(values.map(({name, state, summary, units, message}) => [name, {state, summary, units, message}]));
    };
    const warm = await valuesOf({});
    expect(warm).toMatchObject({two: {summary: 61}, after: {summary: 7}, broken: {state: 'failed'}, skipped: {state: 'skipped'}});
    expect(await valuesOf({cold: true})).toEqual(warm);
    expect(await valuesOf({parallel: 1})).toEqual(warm);
    expect(await valuesOf({cold: true, parallel: 1})).toEqual(warm);
  },
);
