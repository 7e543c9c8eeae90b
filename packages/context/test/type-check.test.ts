import {mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {watchFiles} from '../src/runner/freshness.ts';
import {checkTypes} from '../src/runner/types/check.ts';
import {findCompiler} from '../src/runner/types/compiler.ts';
import {RunnerProcess} from './runner-process.ts';

const scratch = mkdtempSync(join(tmpdir(), 'firstlight-types-'));
afterAll(() => rmSync(scratch, {recursive: true}));

const settings = {compiler: findCompiler(), cacheFolder: scratch, memoryFolder: join(scratch, 'memory'), environment: {}};

function contextOf(name: string, files: Record<string, string>): string {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(scratch, name, file, '..'), {recursive: true});
    writeFileSync(join(scratch, name, file), text);
  }
  return join(scratch, name, 'context.ts');
}

const wrong = `import {group, variable, z} from '@firstlight/context';
import {help} from './help.ts';
import old from 'old-package';
export const a = variable(() => 1);
export const b = variable({inputs: {a}}, ({a}) => a.length);
export const c = variable({title: 3}, () => help('x') + old());
const G = group({parameters: {gain: z.number()}}, ({gain}) => ({v: variable(() => gain)}));
export const g = G({gain: 'high'});
`;

describe('the types of a context', () => {
  test('are checked, its helpers included: every fault has its place, and a package without types is none', async () => {
    const context = contextOf('wrong', {
      'context.ts': wrong,
      'help.ts': 'export const help = (n: number): number => n;\nexport const bad: string = 3;\n',
      'node_modules/old-package/index.js': 'module.exports = () => 1;',
    });
    const {problems} = await checkTypes(context, settings);
    expect(problems).toMatchObject([
      {severity: 'error', file: context, line: 5, column: 53, text: "Property 'length' does not exist on type 'number'. (TS2339)"},
      {file: context, line: 6, column: 28, text: expect.stringContaining("Type 'number' is not assignable to type 'string'")},
      {file: context, line: 6, column: 50, text: expect.stringContaining("Argument of type 'string'")},
      {file: context, line: 8, column: 21, text: expect.stringContaining("Type 'string' is not assignable to type 'number'")},
      {file: join(scratch, 'wrong/help.ts'), line: 2, column: 14},
    ]);
  });

  test('that are right are not checked again until something changes', async () => {
    const context = contextOf('right', {
      'context.ts': "import {n} from './n.ts';\nimport {variable} from '@firstlight/context';\nexport const a = variable(() => n + 1);\n",
      'n.ts': 'export const n = 1;\n',
    });
    expect(await checkTypes(context, settings)).toEqual({problems: [], files: [join(scratch, 'right/n.ts'), context]});
    const withoutCompiler = {...settings, compiler: '/nowhere/tsc'};
    expect(await checkTypes(context, withoutCompiler)).toEqual({problems: [], files: [join(scratch, 'right/n.ts'), context]});
    contextOf('right', {'n.ts': 'export const n = true;\n'});
    expect(await checkTypes(context, withoutCompiler)).toMatchObject({problems: [{severity: 'warning'}]});
    expect(await checkTypes(context, settings)).toMatchObject({problems: [{severity: 'error', line: 3}]});
  });

  test.each([
    ['was learnt of another context', undefined],
    ['is damaged', '{"version":"7'],
    ['is of another compiler', '{"version":"0.0.1","fileNames":[]}'],
  ])('are told as they are, also when what the compiler knows %s', async (_what, learnt) => {
    const memoryFolder = join(scratch, 'learnt');
    const kept = join(memoryFolder, 'learnt.tsbuildinfo');
    await checkTypes(contextOf('teacher', {'context.ts': 'export const name = 3;\n'}), {...settings, memoryFolder});
    if (learnt !== undefined) writeFileSync(kept, learnt);
    const files = {'context.ts': "import './n.ts';\nexport const a: string = 1;\n", 'n.ts': 'export const b: string = 2;\n'};
    const {problems} = await checkTypes(contextOf('pupil', files), {...settings, memoryFolder});
    expect(problems).toMatchObject([
      {line: 2, column: 14},
      {line: 1, column: 14},
    ]);
    expect(statSync(kept).size).toBeGreaterThan(10_000);
    expect(readdirSync(memoryFolder).filter((name) => name.startsWith('learnt.'))).toEqual(['learnt.tsbuildinfo']);
  });

  test('of more contexts than are remembered do not fill the disk', async () => {
    const memoryFolder = join(scratch, 'full');
    mkdirSync(memoryFolder);
    for (let i = 0; i < 60; i++) writeFileSync(join(memoryFolder, `${i}.json`), '{}');
    const context = contextOf('one-more', {'context.ts': 'export {};\n'});
    await checkTypes(context, {...settings, memoryFolder});
    expect(readdirSync(memoryFolder)).toHaveLength(50);
  });

  test('are taken as they are, with a warning, where there is no compiler', async () => {
    const context = contextOf('unchecked', {'context.ts': 'export {};\n'});
    expect(await checkTypes(context, {...settings, compiler: undefined})).toMatchObject({
      problems: [{severity: 'warning', text: expect.stringContaining('the TypeScript compiler is not installed'), line: null}],
    });
    expect(findCompiler(join(scratch, 'context.ts'))).toBeUndefined();
  });
});

test('a context with wrong types is not accepted, and every problem is told at once', async () => {
  const context = contextOf('refused', {
    'context.ts': `import {glob, variable} from '@firstlight/context';
export const a = variable({inputs: {b: glob('b*')}}, () => 1);
export const c = variable({titel: 'C'}, () => 1);
export const d: string = 3;
`,
  });
  await using runner = new RunnerProcess();
  const {problems} = await runner.load(context);
  expect(problems.map(({line, text}) => [line, text.slice(0, 30)])).toEqual([
    [3, 'Variable c has an option nobod'],
    [2, "Missing dependency: 'b*' for '"],
    [4, "Type 'number' is not assignabl"],
  ]);
  expect((await runner.run()).finished).toMatchObject({outcome: 'failed'});
  writeFileSync(
    context,
    "import {variable} from '@firstlight/context';\nexport const a = variable(() => 1);\nexport const d: string = 3;\n",
  );
  await runner.load(context);
  expect((await runner.run()).finished).toMatchObject({outcome: 'failed', message: expect.stringContaining('(TS2322)')});
});

test('of wrong types that keep a context from loading, the compiler tells the cause', async () => {
  const context = contextOf('thrown', {
    'context.ts': `import {param, variable} from '@firstlight/context';
export const a = variable({inputs: {limit: param('limit', 3 as never as string)}}, () => 1);
`,
  });
  await using runner = new RunnerProcess();
  expect((await runner.load(context)).problems).toMatchObject([{line: 2, text: expect.stringMatching(/^No overload matches this call/)}]);
});

test('a context that is loaded again is only built again when one of its files has changed, a file of types included', async () => {
  const files = {
    'context.ts': `import {variable} from '@firstlight/context';
import type {Gain} from './types.ts';
import {gain} from './gain.ts';
export const a = variable(() => gain satisfies Gain);
`,
    'types.ts': 'export type Gain = number;\n',
    'gain.ts': 'export const gain = 1;\n',
  };
  const context = contextOf('again', files);
  await using runner = new RunnerProcess();
  expect((await runner.load(context)).problems).toEqual([]);
  writeFileSync(join(scratch, 'again/gain.ts'), 'export const gain = 2;\n');
  await runner.load(context);
  expect((await runner.run()).values.a?.summary).toBe(2);
  writeFileSync(join(scratch, 'again/types.ts'), 'export type Gain = string;\n');
  expect((await runner.load(context)).problems).toMatchObject([{line: 4, text: expect.stringContaining("'string'")}]);
  writeFileSync(join(scratch, 'again/types.ts'), 'export type Gain = number;\n');
  expect((await runner.load(context)).problems).toEqual([]);
});

test('files are known to be the same, unless they changed as they were read', () => {
  const file = contextOf('fresh', {'context.ts': 'export {};\n'});
  const later = Date.now() + 10_000;
  const areSame = watchFiles([file], later);
  expect(areSame()).toBe(true);
  writeFileSync(file, 'export const a = 1;\n');
  expect(areSame()).toBe(false);
  expect(watchFiles([file], Date.now())()).toBe(false);
  expect(watchFiles([`${file}.gone`], later)()).toBe(false);
});

test('a context that has not changed is not loaded again', async () => {
  const source = "import {variable} from '@firstlight/context';\nconsole.log('being loaded');\nexport const a = variable(() => 1);\n";
  const context = contextOf('unchanged', {'context.ts': source});
  await using runner = new RunnerProcess();
  const timesLoaded = () => runner.output.split('being loaded').length - 1;
  await runner.load(context); // perhaps as it was just being written
  const {variables} = await runner.load(context);
  await runner.until(() => timesLoaded() >= 1);
  for (let i = 0; i < 3; i++) expect((await runner.load(context)).variables).toEqual(variables);
  expect((await runner.run()).values.a?.summary).toBe(1);
  expect(timesLoaded()).toBeLessThanOrEqual(3); // the two above, and the one that is made ready for the next job
});
