/** Every behaviour of `fixtures/contexts` in TypeScript: what the Python runner and the published damnit make of `context.py`, ours makes of `context.ts`. */
import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {behaviours, contextsFolder, neutralValues, neutralVariables, rounded} from './expectations.ts';
import type {Behaviour} from './expectations.ts';
import {RunnerProcess} from './runner-process.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'firstlight-conformance-'));
const all = behaviours();
const hasContext = ({name, source}: Behaviour): boolean => source !== undefined || existsSync(join(contextsFolder, name, 'context.ts'));
const ours = all.filter(hasContext);
const untold = all.filter((behaviour) => behaviour.skip === undefined && !hasContext(behaviour));
/** Folders whose context reads a run with data. */
const real = new Set(['real_run']);

let runner: RunnerProcess;
beforeAll(() => {
  execFileSync(join(repository, '.venv/bin/python'), [join(repository, 'python/tests/expectations.py'), '--data-root', scratch]);
  // Their types are checked together with those of the whole repository.
  runner = new RunnerProcess({FIRSTLIGHT_TSC: '/bin/true'});
});
afterAll(async () => {
  await runner[Symbol.asyncDispose]();
  rmSync(scratch, {recursive: true, force: true});
});

/** The context file of a folder, one that has it as text put in a folder of its own. */
function contextOf({name, source}: Behaviour): string {
  if (source === undefined) return join(contextsFolder, name, 'context.ts');
  mkdirSync(join(scratch, name), {recursive: true});
  writeFileSync(join(scratch, name, 'context.ts'), source);
  return join(scratch, name, 'context.ts');
}

describe('a folder of fixtures/contexts', () => {
  test('has a context in TypeScript, or says why not', () => {
    expect(untold.map(({name}) => name)).toEqual([]);
  });

  test('only names differences that are some', () => {
    expect(all.flatMap(({name, needless}) => needless.map((variable) => `${name}: ${variable}`))).toEqual([]);
  });

  test.for(ours.filter(({problems}) => problems.length > 0))('is refused with all its problems: $name', async (behaviour) => {
    const {problems} = await runner.load(contextOf(behaviour));
    const told = problems.map(({line, column, text, severity}) => ({at: [line, column], says: text, severity}));
    const expected = behaviour.problems.map(({at, says}) => ({at, says: expect.stringContaining(says), severity: 'error'}));
    expect(told).toEqual(expect.arrayContaining(expected)); // in another order, since other checks come first
    expect(told).toHaveLength(expected.length);
  });

  test.for(ours.filter(({problems}) => problems.length === 0))('has the same variables and values: $name', async (behaviour) => {
    const {problems, variables} = await runner.load(contextOf(behaviour));
    expect(problems).toEqual([]);
    expect.soft(neutralVariables(variables)).toEqual(behaviour.variables);
    const {values, finished} = await runner.run(real.has(behaviour.name) ? {run: 1, mock: false, dataRoot: scratch} : {run: 1});
    expect(finished.outcome).toBe('done');
    expect(rounded(neutralValues(values, scratch))).toEqual(rounded(behaviour.values));
  });
});
