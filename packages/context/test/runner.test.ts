import {cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {runOfFragment, wire} from '@firstlight/core';
import {openFile} from '@firstlight/hdf5';
import {afterAll, describe, expect, test} from 'vitest';
import {RunnerProcess, fixture, isGone} from './runner-process.ts';

const scratch = mkdtempSync(join(tmpdir(), 'firstlight-context-test-'));
afterAll(() => rmSync(scratch, {recursive: true}));

/** A context in a folder of its own, far from this repository. */
function contextOf(name: string, source: string): string {
  mkdirSync(join(scratch, name), {recursive: true});
  writeFileSync(join(scratch, name, 'context.ts'), source);
  return join(scratch, name, 'context.ts');
}

const lineOf = (value: {state: string; attributes: {error?: string; error_cls?: string} | null} | undefined) =>
  value && [value.state, ...(value.attributes?.error_cls ? [value.attributes.error_cls, value.attributes.error] : [])].join(' | ');

describe('outcomes', () => {
  test('of every kind follow the rules of DAMNIT', async () => {
    await using runner = new RunnerProcess();
    const {problems, variables} = await runner.load(fixture('outcomes'));
    expect(problems).toEqual([]);
    expect(variables[0]).toMatchObject({
      name: 'number',
      title: 'A number',
      units: 'mm',
      description: 'One and a half.',
      line: 3,
      column: 23,
    });
    const {values, finished, events} = await runner.run();
    expect(finished).toMatchObject({outcome: 'done', message: null});
    expect(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, lineOf(value)]))).toEqual({
      start_time: 'ok',
      number: 'ok',
      nothing: 'none',
      silent: 'none',
      skipped: 'skipped | Skip | no beam',
      failed: 'failed | RangeError | too cold',
      odd: 'failed | Broken | ',
      text: "failed | Error | 'just text' was thrown, which is no Error.",
      of_skipped: 'skipped | Skip | Skipped due to missing dependency:\n└ (skipped) failed: Skip: no beam',
      of_nothing: "skipped | Skip | Dependencies returned no data:\n- 'nothing'\n- 'silent'",
      of_failed:
        'failed | DependencyError | Skipped due to missing dependency:\n├ (failed) failed: RangeError: too cold\n' +
        '└ (of_skipped) failed: Skip: Skipped due to missing dependency:\n   └ (skipped) failed: Skip: no beam',
      of_of_failed:
        'failed | DependencyError | Skipped due to missing dependency:\n├ (of_failed) skipped\n│  ├ (failed) failed: RangeError: too cold\n' +
        '│  └ (of_skipped) failed: Skip: Skipped due to missing dependency:\n│     └ (skipped) failed: Skip: no beam\n└ (odd) failed: Broken',
      of_default: 'ok',
      of_undefined: 'ok',
      of_glob: 'ok',
      of_start: 'ok',
      only_summary: 'ok',
      of_only_summary: "skipped | Skip | Dependencies returned no data:\n- 'only_summary'",
      hidden: 'ok',
      of_hidden: 'ok',
      hidden_failure: 'failed | Error | hidden',
      of_hidden_failure: 'failed | DependencyError | Skipped due to missing dependency:\n└ (hidden_failure) failed: Error: hidden',
      later: 'ok',
      of_later: 'ok',
    });
    expect(values.of_default?.summary).toBe(7);
    expect(values.of_undefined?.summary).toBe(true);
    expect(values.of_glob?.summary).toEqual({text: 'number'});
    expect(values.of_start?.summary).toBe(true);
    expect(values.of_hidden?.summary).toBe(1);
    expect(values.of_later?.summary).toBe(5);
    expect(values.only_summary).toMatchObject({summary: 3, attributes: {units: 'm', bold: true, background: [255, 128, 0]}});
    expect(values.hidden?.fragment).toBeNull();
    expect(values.hidden_failure?.fragment).toBeNull();
    const started = events.find(({type}) => type === 'started');
    expect(started).toMatchObject({
      variables: ['start_time', ...variables.map(({name}) => name)].sort((a, b) => order(a, events) - order(b, events)),
    });
    const announced = events.flatMap((event) => (event.type === 'value' && event.fragment ? [event.fragment] : []));
    expect(readdirSync(runner.fragments).sort()).toEqual(announced.sort());
    expect(announced.every((name) => runOfFragment(name)?.run === 5)).toBe(true);
    expect(runner.output).toContain('Could not get data for failed\nRangeError: too cold\n    at');
    expect(runner.output).toContain('outcomes/context.ts:10:9');
    expect(runner.output).not.toContain('packages/context/src');
  });

  const order = (name: string, events: readonly {type: string; variable?: unknown}[]) =>
    events.findIndex((event) => event.type === 'value' && event.variable === name);
});

describe('results', () => {
  test('of every kind are stored, and one that cannot be costs no other', async () => {
    await using runner = new RunnerProcess();
    expect((await runner.load(fixture('results'))).problems).toEqual([]);
    const {values} = await runner.run();
    const seen = Object.fromEntries(Object.values(values).map(({variable, state, kind, summary}) => [variable, [state, kind, summary]]));
    expect(seen).toMatchObject({
      float: ['ok', 'float64', 0.1],
      not_a_number: ['ok', 'float64', 'NaN'],
      integer: ['ok', 'int64', {int: '9007199254740993'}],
      yes: ['ok', 'bool', true],
      word: ['ok', 'text', {text: 'pink'}],
      complex: ['ok', 'complex128', {re: 1, im: -2}],
      typed: ['ok', 'float32 (3,)', 2],
      bytes: ['ok', 'uint8 (3,)', {trendline: {x: [0, 1, 2], y: [1, 2, 3]}}],
      nested: ['ok', 'float64 (2, 3)', {png: expect.stringMatching(/^iVBORw0KGgo/)}],
      cube: ['ok', 'int16 (2, 2, 2)', {text: 'int16: (2, 2, 2)'}],
      labelled: ['ok', 'DataArray', {trendline: {x: [1, 2, 4], y: [5, 6, 7]}}],
      picture: ['ok', 'figure', {png: expect.any(String)}],
      figure: ['ok', 'figure', {png: expect.any(String)}],
      looks: ['ok', 'float64 (3,)', 9],
      shown: ['ok', 'float64 (1, 2)', {text: 'three'}],
    });
    expect(values.labelled?.attributes).toEqual({units: 'nm'});
    expect(values.labelled?.maxDiff).toBe(2);
    expect(values.looks?.attributes).toEqual({units: 'um', bold: false, background: [1, 2, 3]});
    for (const [name, said] of Object.entries({
      too_big: 'more than 64 bits',
      ragged: 'nested lists of different lengths',
      misshapen: 'has 1 elements, but its shape (3) needs 3',
      when: 'an object of class Date',
      words: 'a list of strings',
    })) {
      expect(values[name]).toMatchObject({state: 'failed', attributes: {error_cls: 'TypeError', error: expect.stringContaining(said)}});
      expect(values[name]?.fragment).not.toBeNull();
    }
    using file = openFile(join(runner.fragments, values.nested?.fragment ?? ''), 'r');
    expect(file.dataset('nested/data').read()).toMatchObject({dtype: 'float64', shape: [2, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6)});
    expect(file.attributes.get('provenance')).toBe('context.py');
  });
});

describe('a context', () => {
  let shared: RunnerProcess | undefined;
  afterAll(async () => shared?.[Symbol.asyncDispose]());

  test('in a folder without node_modules finds our package, its helpers, and packages installed beside it', async () => {
    const context = contextOf(
      'installed',
      `import {variable} from '@firstlight/context';
       import old, {label} from 'old-package';
       import {young} from '@some/young-package';
       import {typed} from 'typed-package';
       import settings from './settings.json';
       import {basename} from 'node:path';
       import {help} from './lib/help';
       enum Colour { Red = 'red' }
       export const all = variable(() => [old(), label, young, typed, settings.gain, help(), basename(import.meta.filename), import.meta.dirname, Colour.Red].join(' '));
       export const where = variable(() => process.cwd());`,
    );
    const folder = dirname(context);
    const write = (path: string, text: string) => {
      mkdirSync(dirname(join(folder, path)), {recursive: true});
      writeFileSync(join(folder, path), text);
    };
    write('node_modules/old-package/index.js', "module.exports = () => require('./name.json').name; module.exports.label = 'named';");
    write('node_modules/old-package/name.json', '{"name": "old"}');
    write('node_modules/@some/young-package/package.json', '{"type": "module", "exports": {"import": "./main.js"}}');
    write('node_modules/@some/young-package/main.js', "export const young = 'young';");
    write('node_modules/typed-package/package.json', '{"type": "module", "main": "main.ts"}');
    write('node_modules/typed-package/main.ts', "export const typed: string = 'typed';");
    write('settings.json', '{"gain": 3}');
    write('lib/help.ts', "export const help = (): string => 'help';");
    await using runner = new RunnerProcess();
    expect((await runner.load(context)).problems).toEqual([]);
    const {values} = await runner.run();
    expect(values.all?.summary).toEqual({text: `old named young typed 3 help context.ts ${folder} red`});
    expect(values.where?.summary).toEqual({text: folder});
  });

  test.each([
    [
      'a syntax error',
      "import {variable} from '@firstlight/context';\nexport const a = variable(() => 1;\n",
      {text: 'Expected ")" but found ";"', line: 2, column: 34},
    ],
    [
      'an import that is not there',
      "import {a} from './nowhere.ts';\nexport {a};\n",
      {text: 'Could not resolve "./nowhere.ts"', line: 1, column: 17},
    ],
    [
      'a package that is not there',
      "import {a} from 'nowhere-to-be-found';\nexport {a};\n",
      {text: 'Could not resolve "nowhere-to-be-found"', line: 1},
    ],
    [
      'an error while it is loaded',
      'const a: string[] = [];\n\nexport const b = a[0]!.length;\n',
      {text: "TypeError: Cannot read properties of undefined (reading 'length')", line: 3},
    ],
    ['an end while it is loaded', 'process.exit(4);\n', {text: 'the process ended itself with exit code 4', line: null}],
    [
      'a variable without function',
      "import {variable} from '@firstlight/context';\nexport const a = variable({} as never, 3 as never);\n",
      {text: 'variable() needs a function', line: 2, column: 18},
    ],
    [
      'an option nobody knows',
      "import {variable} from '@firstlight/context';\nexport const a = variable({titel: 'A'} as never, () => 1);\n",
      {text: 'Variable a has an option nobody knows: titel', line: 2, column: 18},
    ],
    [
      'a summary nobody knows',
      "import {variable} from '@firstlight/context';\nexport const a = variable({summary: 'avg'} as never, () => 1);\n",
      {text: 'The option summary of variable a must be one of mean', line: 2},
    ],
    [
      'a glob that finds nothing',
      "import {glob, variable} from '@firstlight/context';\n\nexport const a = variable({inputs: {b: glob('b*')}}, () => 1);\n",
      {text: "Missing dependency: 'b*' for 'a'", line: 3},
    ],
    [
      'a cycle',
      "import {glob, variable} from '@firstlight/context';\nexport const a = variable({inputs: {b: glob('*')}}, () => 1);\n",
      {text: 'cyclical dependencies: a needs a', line: 2},
    ],
    [
      'equal titles',
      "import {variable} from '@firstlight/context';\nexport const a = variable(() => 1);\nexport const b = variable({title: 'a'}, () => 1);\n",
      {text: 'duplicate titles between them: a, b', line: 3},
    ],
    [
      'an input that is not exported',
      "import {variable} from '@firstlight/context';\nconst a = variable(() => 1);\nexport const b = variable({inputs: {a}}, () => 1);\n",
      {text: 'The input a of b is a variable without name', line: 3},
    ],
    [
      'an input called run',
      "import {variable} from '@firstlight/context';\nexport const a = variable(() => 1);\nexport const b = variable({inputs: {run: a}} as never, () => 1);\n",
      {text: 'The input run of b cannot be called run', line: 3},
    ],
    [
      'two names for one variable',
      "import {variable} from '@firstlight/context';\nexport const a = variable(() => 1);\nexport const b = a;\n",
      {text: 'One variable is exported twice, as a and b', line: 2},
    ],
    ['a file that is not there', '', {text: 'Could not resolve', line: null}],
  ])('with %s says what is wrong and where, and does not run', async (name, source, problem) => {
    const context = contextOf(name.replaceAll(' ', '-'), source);
    if (source === '') rmSync(context);
    const runner = (shared ??= new RunnerProcess());
    const {problems, file} = await runner.load(context);
    expect(file).toBe(context);
    expect(problems[0]).toMatchObject({...problem, severity: 'error', text: expect.stringContaining(problem.text)});
    expect(problems[0]?.file.startsWith(dirname(context))).toBe(true);
    const {finished} = await runner.run();
    expect(finished).toMatchObject({outcome: 'failed', message: expect.stringContaining(problem.text)});
    expect(readdirSync(runner.fragments)).toEqual([]);
  });

  test('that was edited is what the next run uses after it is loaded again', async () => {
    const context = contextOf(
      'edited',
      "import {variable} from '@firstlight/context';\nimport {n} from './n.ts';\nexport const a = variable(() => n);\n",
    );
    const helper = join(dirname(context), 'n.ts');
    writeFileSync(helper, 'export const n: number = 1;\n');
    await using runner = new RunnerProcess();
    await runner.load(context);
    expect((await runner.run()).values.a?.summary).toBe(1);
    writeFileSync(helper, 'export const n: number = 2;\n');
    await runner.load(context);
    expect((await runner.run()).values.a?.summary).toBe(2);
    writeFileSync(helper, 'export const n: number = ;\n');
    expect((await runner.load(context)).problems[0]).toMatchObject({file: helper, line: 1, column: 26});
    writeFileSync(helper, 'export const n: number = 3;\n');
    expect((await runner.load(context)).problems).toEqual([]);
    expect((await runner.run()).values.a?.summary).toBe(3);
  });

  test('keeps nothing from one run to the next, and sees no secrets', async () => {
    const context = contextOf(
      'state',
      `import {variable} from '@firstlight/context';
       let count = 0;
       export const a = variable(() => ++count);
       export const secrets = variable(() => [process.env.SECRET_TOKEN, process.env.AWS_SECRET_ACCESS_KEY, process.env.PATH === undefined].join(' '));`,
    );
    await using runner = new RunnerProcess({SECRET_TOKEN: 'hush', AWS_SECRET_ACCESS_KEY: 'hush'});
    await runner.load(context);
    const jobs = [runner.start(), runner.start(), runner.start()];
    for (const job of jobs) {
      const {values} = await runner.finished(job);
      expect(values.a?.summary).toBe(1);
      expect(values.secrets?.summary).toEqual({text: '  false'});
    }
  });
});

describe('the protocol', () => {
  const examples = (name: string) =>
    readFileSync(new URL(`../../../fixtures/wire/${name}.jsonl`, import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line !== '');

  test('is understood in every example of a request', async () => {
    await using runner = new RunnerProcess();
    for (const line of examples('requests')) {
      if (wire.request.parse(JSON.parse(line)).type === 'exit') continue;
      runner.sendLine(line);
    }
    runner.send({type: 'describe', id: 'at the end'});
    await runner.until(() => runner.events.some((event) => event.type === 'described' && event.id === 'at the end'));
    expect(runner.events.filter((event) => event.type === 'fault' && event.message.includes('protocol'))).toEqual([]);
  });

  test('is spoken as in the examples: every example of an event is one', () => {
    for (const line of examples('events')) expect(wire.event.parse(JSON.parse(line))).toEqual(JSON.parse(line));
  });

  test('answers what it does not understand, or cannot do, with a fault', async () => {
    await using runner = new RunnerProcess();
    runner.sendLine('this is not JSON');
    runner.sendLine('{"type": "run", "job": "j9"}');
    runner.sendLine('{"type": "dance", "id": "d1"}');
    runner.send({type: 'describe', id: 'd2'});
    runner.send({type: 'cancel', job: 'nobody', variable: null, reason: ''});
    await runner.until(() => runner.events.length >= 5);
    expect(runner.events.map((event) => (event.type === 'fault' ? [event.id, event.message.slice(0, 30)] : event))).toEqual(
      expect.arrayContaining([
        [null, 'A request is not JSON: Unexpec'],
        ['j9', 'A request is not as the protoc'],
        ['d1', 'A request is not as the protoc'],
        ['d2', 'No context is loaded yet; send'],
        ['nobody', 'There is no job "nobody" to ca'],
      ]),
    );
    const {finished} = await runner.run();
    expect(finished).toMatchObject({outcome: 'failed', message: 'No context is loaded yet; send `load` first.'});
  });

  test('ends the runner at the end of input, by exit and by a signal, and takes everything with it', async () => {
    for (const end of [
      (runner: RunnerProcess) => runner.closeInput(),
      (runner: RunnerProcess) => runner.send({type: 'exit'}),
      (runner: RunnerProcess) => runner.kill('SIGTERM'),
      (runner: RunnerProcess) => runner.kill('SIGKILL'),
    ]) {
      await using runner = new RunnerProcess();
      await runner.load(fixture('endless'));
      runner.start({variables: ['endless']});
      const started = await runner.until(() => runner.events.find((event) => event.type === 'started'));
      await runner.until(() => runner.events.find((event) => event.type === 'progress' && event.variable === 'endless'));
      end(runner);
      const code = await runner.ended; // its output closes only when the last process that writes to it is gone
      expect(code === 0 || code === null).toBe(true);
      expect(isGone(started.pid)).toBe(true);
    }
  });
});

describe('jobs', () => {
  test('run what their trigger and names select, with what that needs', async () => {
    const context = contextOf(
      'selection',
      `import {variable} from '@firstlight/context';
       export const raw = variable(() => 1);
       export const proc = variable({data: 'proc', inputs: {raw}}, ({raw}) => raw);
       export const above = variable({inputs: {proc}}, ({proc}) => proc);
       export const other = variable(() => 3);`,
    );
    await using runner = new RunnerProcess();
    expect((await runner.load(context)).variables.map(({name, data}) => `${name} ${data}`)).toEqual([
      'raw raw',
      'proc proc',
      'above proc',
      'other raw',
    ]);
    const names = async (request: Parameters<typeof runner.run>[0]) => Object.keys((await runner.run(request)).values).join(' ');
    expect(await names({trigger: 'raw'})).toBe('start_time raw other');
    expect(await names({trigger: 'proc'})).toBe('start_time raw proc above');
    expect(await names({trigger: 'all', variables: ['proc', 'other']})).toBe('start_time raw other proc');
    expect(await names({trigger: 'raw', variables: ['proc']})).toBe('start_time');
    expect((await runner.run({variables: ['other', 'nobody']})).finished).toMatchObject({
      outcome: 'done',
      message: 'The context has no variable named nobody.',
    });
    expect((await runner.run({variables: ['nobody']})).finished).toMatchObject({
      outcome: 'failed',
      message: expect.stringContaining('nothing was computed'),
    });
  });

  test('of a run that does not exist fail with one sentence and leave nothing', async () => {
    await using runner = new RunnerProcess();
    await runner.load(fixture('outcomes'));
    const {finished, events} = await runner.run({mock: false, run: 99, dataRoot: scratch});
    expect(finished).toMatchObject({outcome: 'failed', message: expect.stringContaining('Proposal 1234 was not found below')});
    expect(events.map(({type}) => type)).toEqual(['finished']);
    expect(readdirSync(runner.fragments)).toEqual([]);
  });

  test('that cannot store their values fail with the reason', async () => {
    await using runner = new RunnerProcess();
    await runner.load(fixture('outcomes'));
    const {finished} = await runner.run({fragments: join(scratch, 'no-such-folder')});
    expect(finished.outcome).toBe('failed');
    expect(finished.message).toContain('no-such-folder');
  });

  test('wait for their turn and can be cancelled before it', async () => {
    await using runner = new RunnerProcess();
    await runner.load(fixture('endless'));
    const first = runner.start({variables: ['endless']});
    const second = runner.start({variables: ['last']});
    const third = runner.start({variables: ['last']});
    await runner.until(() => runner.events.find((event) => event.type === 'progress' && event.variable === 'endless'));
    runner.send({type: 'cancel', job: second, variable: null, reason: 'changed my mind'});
    runner.send({type: 'cancel', job: first, variable: null, reason: 'enough'});
    expect((await runner.finished(second)).finished).toMatchObject({outcome: 'cancelled', message: 'changed my mind'});
    const cancelled = await runner.finished(first);
    expect(cancelled.finished).toMatchObject({outcome: 'cancelled', message: 'enough'});
    expect(cancelled.values).toMatchObject({first: {state: 'ok'}, endless: {state: 'failed', attributes: {error_cls: 'Cancelled'}}});
    expect((await runner.finished(third)).values.last).toMatchObject({state: 'ok', summary: 2});
  });
});

describe('real data', () => {
  test('reaches variables: numbers, labelled arrays, pictures', async () => {
    const {exampleRuns} = await import('../../data/test/examples.ts');
    const {root} = exampleRuns();
    cpSync(dirname(fixture('beamline')), join(scratch, 'beamline'), {recursive: true});
    await using runner = new RunnerProcess();
    const {problems, variables} = await runner.load(join(scratch, 'beamline/context.ts'));
    expect(problems).toEqual([]);
    expect(variables.find(({name}) => name === 'overview')?.inputs).toEqual([
      {parameter: 'numbers', kind: 'var', name: '[fd]*', optional: false},
      {parameter: 'number', kind: 'meta', name: 'run_number', optional: false},
    ]);
    const {values, finished} = await runner.run({mock: false, run: 8, dataRoot: root});
    expect(finished).toMatchObject({outcome: 'done', message: null});
    expect(Object.values(values).every(({state}) => state === 'ok')).toBe(true);
    expect(values.start_time?.summary).toBe(1_700_001_000);
    expect(values.trains?.summary).toBe(64);
    expect(values.ratio?.summary).toBe(99 / (values.flux?.summary as number));
    expect(values.intensity).toMatchObject({kind: 'DataArray', attributes: {units: 'μJ'}, maxDiff: 99});
    expect(values.picture).toMatchObject({kind: 'uint16 (4, 6)', attributes: {bold: true}});
  });

  test('without processed files leaves out the variables that need them, and says so', async () => {
    const {exampleRuns} = await import('../../data/test/examples.ts');
    const {root} = exampleRuns();
    const context = contextOf(
      'proc',
      `import {meta, variable} from '@firstlight/context';
       export const proc = variable({data: 'proc'}, ({run}) => run.sources.length);
       export const raw = variable({inputs: {path: meta('proposal_path')}}, ({path}) => path);`,
    );
    await using runner = new RunnerProcess();
    await runner.load(context);
    const without = await runner.run({mock: false, run: 8, dataRoot: root});
    expect(without.finished).toMatchObject({outcome: 'done', message: 'Run 8 has no calibrated data, left out: proc.'});
    expect(Object.keys(without.values)).toEqual(['start_time', 'raw']);
    expect(without.values.raw?.summary).toEqual({text: join(root, 'SPB/202601/p001234')});
    const withProc = await runner.run({mock: false, run: 6, dataRoot: root});
    expect(withProc.finished.message).toBeNull();
    expect(withProc.values.proc?.summary).toBeGreaterThan(2);
  });
});
