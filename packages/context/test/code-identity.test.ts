import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {RunnerProcess} from './runner-process.ts';

type Files = Readonly<Record<string, string>>;

const head = "import {group, meta, variable, z} from '@firstlight/context';\n";

async function identities(runner: RunnerProcess, files: Files): Promise<Map<string, string | undefined>> {
  const folder = mkdtempSync(join(tmpdir(), 'firstlight-code-'));
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), {recursive: true});
    writeFileSync(join(folder, name), name === 'context.ts' ? head + text : text);
  }
  const {variables, problems} = await runner.load(join(folder, 'context.ts'));
  expect(problems.filter(({severity}) => severity === 'error')).toEqual([]);
  return new Map(variables.map(({name, code}) => [name, code?.identity]));
}

/** Each: what is edited, the files before, what is replaced in one of them, and the variables that it concerns. */
const cases: readonly (readonly [string, Files, readonly [file: string, from: string, to: string], readonly string[]])[] = [
  [
    'a name that comes through two files',
    {
      'context.ts': "import {f} from './a.ts';\nexport const a = variable(() => f());\nexport const b = variable(() => 1);\n",
      'a.ts': "export * from './b.ts';\n",
      'b.ts': 'export const f = () => 1;\n',
    },
    ['b.ts', '=> 1', '=> 2'],
    ['a'],
  ],
  [
    'a variable that is defined beside the context',
    {
      'context.ts': "export {a, b} from './vars.ts';\n",
      'vars.ts':
        "import {variable} from '@firstlight/context';\nexport const a = variable(() => 1);\nexport const b = variable(() => 2);\n",
    },
    ['vars.ts', '=> 1', '=> 3'],
    ['a'],
  ],
  [
    'the argument of a function that makes a variable',
    {'context.ts': 'const make = (x: number) => variable(() => x);\nexport const a = make(1);\nexport const b = make(2);\n'},
    ['context.ts', 'make(1)', 'make(3)'],
    ['a'],
  ],
  [
    'a module that is handed over',
    {
      'context.ts':
        "import * as h from './h.ts';\nconst pick = (from: Record<string, () => number>) => from['f']!();\nexport const a = variable(() => pick(h));\nexport const b = variable(() => h.g());\n",
      'h.ts': 'export const f = () => 1;\nexport const g = () => 2;\n',
    },
    ['h.ts', '=> 1', '=> 3'],
    ['a'],
  ],
  [
    'a module that a function imports when it is called',
    {
      'context.ts': "export const a = variable(async () => (await import('./late.ts')).f());\nexport const b = variable(() => 1);\n",
      'late.ts': 'export const f = () => 1;\n',
    },
    ['late.ts', '=> 1', '=> 2'],
    ['a'],
  ],
  [
    'what a function changes that is called while the file is loaded',
    {
      'context.ts':
        'const table = new Map<string, number>();\nfunction fill(): void {\n  table.set("x", 1);\n}\nfill();\nexport const a = variable(() => table.size);\nexport const b = variable(() => 1);\n',
    },
    ['context.ts', '("x", 1)', '("x", 2)'],
    ['a', 'b'], // what fill() does beside that, nobody knows
  ],
  [
    'a value that the context puts into a table of another file',
    {
      'context.ts':
        "import {table, f} from './h.ts';\ntable['x'] = 1;\nexport const a = variable(() => f());\nexport const b = variable(() => 1);\n",
      'h.ts': "export const table: Record<string, number> = {};\nexport const f = () => table['x'] ?? 0;\n",
    },
    ['context.ts', '= 1;', '= 2;'],
    ['a'],
  ],
  [
    'data that is imported',
    {
      'context.ts': "import data from './data.json';\nexport const a = variable(() => data.x);\nexport const b = variable(() => 1);\n",
      'data.json': '{"x": 1}',
    },
    ['data.json', '1', '2'],
    ['a'],
  ],
  [
    'an enumeration',
    {
      'context.ts':
        'enum Mode {Low = 1, High = 2}\nexport const a = variable(() => Mode.Low as number);\nexport const b = variable(() => 1);\n',
    },
    ['context.ts', 'Low = 1', 'Low = 3'],
    ['a'],
  ],
  [
    'the other one of two names of a statement',
    {'context.ts': 'const [x, y] = [1, 2];\nexport const z1 = variable(() => y);\nexport const a = variable(() => x);\n'},
    ['context.ts', 'a = variable(() => x)', 'a = variable(() => y)'],
    ['a'],
  ],
  [
    'the name of an error’s class',
    {'context.ts': 'class Cold extends Error {}\nexport const a = variable((): number => {\n  throw new Cold();\n});\n'},
    ['context.ts', 'Cold', 'Warm'],
    ['a'],
  ],
  [
    'a private variable of one instance of a group',
    {
      'context.ts':
        'const G = group({parameters: {x: z.number()}}, ({x}) => ({one: variable(() => x), two: variable(() => 2)}));\nexport const g = G({x: 1});\nexport const h = G({x: 2});\n',
    },
    ['context.ts', '({x: 1})', '({x: 3})'],
    ['g.one', 'g.two'],
  ],
  [
    'a shadowed name',
    {
      'context.ts':
        'const x = 1;\nexport const a = variable(() => {\n  const x = 2;\n  return x;\n});\nexport const b = variable(() => x);\n',
    },
    ['context.ts', 'x = 1', 'x = 3'],
    ['b'],
  ],
  [
    'locals, types and brackets, which do not count',
    {
      'context.ts':
        'export const a = variable(({run}) => {\n  const list = run.trainIds;\n  for (const each of list) if (each) return 1;\n  return (list.length);\n});\n',
    },
    [
      'context.ts',
      'const list = run.trainIds;\n  for (const each of list) if (each) return 1;\n  return (list.length);',
      'const trains: typeof run.trainIds = run.trainIds;\n  for (const one of trains) if (one) return 1;\n  return trains.length as number;',
    ],
    [],
  ],
];

const runner = new RunnerProcess();

test.each(cases)('%s', async (_, before, [file, from, to], wanted) => {
  const text = before[file] as string;
  expect(text).toContain(from);
  const first = await identities(runner, before);
  const second = await identities(runner, {...before, [file]: text.replaceAll(from, () => to)});
  expect([...first.keys()].filter((name) => first.get(name) !== second.get(name)).sort()).toEqual(wanted);
});

test('the end of the runner', async () => {
  await runner[Symbol.asyncDispose]();
  expect(await runner.ended).toBe(0);
});
