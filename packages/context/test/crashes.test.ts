import {mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {RunnerProcess, fixture, isGone} from './runner-process.ts';

const crashed = (how: string) => ({
  state: 'failed',
  attributes: {error_cls: 'Crashed', error: expect.stringMatching(new RegExp(`^The process ${how}.* while it computed this variable\\.$`))},
  fragment: expect.stringMatching(/\.ready\.h5$/),
});

describe('a process that ends', () => {
  test('costs the variable at work and its dependants, and no other', async () => {
    await using runner = new RunnerProcess({FIRSTLIGHT_HEAP_MB: '48'});
    expect((await runner.load(fixture('crashes'))).problems).toEqual([]);
    const {values, finished} = await runner.run();
    expect(finished).toMatchObject({outcome: 'done', message: null});
    expect(values).toMatchObject({
      before: {state: 'ok', summary: 20},
      exits: crashed('ended itself with exit code 3'),
      of_exits: {
        state: 'failed',
        attributes: {
          error_cls: 'DependencyError',
          error: expect.stringContaining('└ (exits) failed: Crashed: The process ended itself with exit code 3'),
        },
      },
      killed: crashed('was ended by signal SIGKILL'),
      aborts: crashed('was ended by signal SIGABRT'),
      faults: crashed('was ended by signal SIGSEGV'),
      hungry: crashed('was ended by signal (SIGABRT|SIGTRAP)'),
      rejects: crashed('ended itself with exit code 1'),
      after: {state: 'ok', summary: 41},
      of_after: {state: 'ok', summary: 42},
    });
    // What was announced is left once, also where a value had to be computed again for a new process.
    const announced = Object.values(values).flatMap(({fragment}) => fragment ?? []);
    expect(readdirSync(runner.fragments).sort()).toEqual(announced.sort());
    expect(runner.output.split('before is computed').length - 1).toBeGreaterThan(1);
    expect((await runner.run({variables: ['of_after']})).values.of_after?.summary).toBe(42);
  });

  test.for([
    ['after-rename', {state: 'ok'}, {state: 'ok', summary: 1000}],
    ['before-rename', crashed('was ended by signal SIGKILL'), {state: 'failed'}],
  ] as const)('while it stores a value (%s) costs it only if it was not complete', async ([step, large, sum]) => {
    const folder = mkdtempSync(join(tmpdir(), 'firstlight-killed-'));
    onTestFinished(() => rmSync(folder, {recursive: true}));
    const text = `
import {existsSync, writeFileSync} from 'node:fs';
import {variable} from '@firstlight/context';
export const large = variable(() => {
  if (!existsSync('once')) process.env.FIRSTLIGHT_FAULT = 'fragment:${step}'; // of this process only
  writeFileSync('once', '');
  return new Float64Array(1000).fill(3);
});
export const sum = variable({inputs: {large}}, ({large}) => large.length);
`;
    writeFileSync(join(folder, 'context.ts'), text);
    await using runner = new RunnerProcess();
    expect((await runner.load(join(folder, 'context.ts'))).problems).toEqual([]);
    const {values, finished} = await runner.run();
    expect(finished).toMatchObject({outcome: 'done'});
    expect(values).toMatchObject({large, sum});
    const complete = readdirSync(runner.fragments).filter((name) => name.endsWith('.ready.h5'));
    const announced = Object.values(values).flatMap(({fragment}) => fragment ?? []);
    expect(new Set(complete)).toEqual(new Set(announced));
  });

  test('has as much memory for objects as a variable says it needs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'firstlight-memory-'));
    const variable = (name: string, needs: string) =>
      `export const ${name} = variable({${needs}}, () => Array.from({length: 1_000_000}, (_, i) => ({i, twice: [2 * i]})).length);`;
    const text = (needs: string) => `import {variable} from '@firstlight/context';\n${variable('hungry', needs)}\n`;
    writeFileSync(join(folder, 'context.ts'), text(''));
    await using runner = new RunnerProcess({FIRSTLIGHT_HEAP_MB: '48'});
    await runner.load(join(folder, 'context.ts'));
    expect((await runner.run()).values.hungry).toMatchObject({state: 'failed', attributes: {error_cls: 'Crashed'}});
    writeFileSync(join(folder, 'context.ts'), text('needs: {memoryBytes: 1e9}'));
    await runner.load(join(folder, 'context.ts'));
    expect((await runner.run()).values.hungry).toMatchObject({state: 'ok', summary: 1_000_000});
    rmSync(folder, {recursive: true});
  });

  test('between jobs is replaced', async () => {
    await using runner = new RunnerProcess();
    await runner.load(fixture('endless'));
    const job = runner.start({variables: ['last']});
    const {events} = await runner.finished(job);
    const {pid} = events.find((event) => event.type === 'started') as {pid: number};
    expect(isGone(pid)).toBe(true);
    expect((await runner.run({variables: ['last']})).values.last?.summary).toBe(2);
  });
});

describe('an endless variable', () => {
  const atWork = (runner: RunnerProcess, variable: string) =>
    runner.until(() => runner.events.find((event) => event.type === 'progress' && event.variable === variable));

  test('is cancelled alone: its dependants are skipped, the rest goes on', async () => {
    await using runner = new RunnerProcess();
    await runner.load(fixture('endless'));
    const job = runner.start();
    for (const variable of ['endless', 'waits']) {
      await atWork(runner, variable);
      runner.send({type: 'cancel', job, variable, reason: 'Anna has stopped it.'});
    }
    const {values, finished} = await runner.finished(job);
    expect(finished).toMatchObject({outcome: 'done'});
    expect(values).toMatchObject({
      first: {state: 'ok'},
      endless: {
        state: 'failed',
        attributes: {error_cls: 'Cancelled', error: 'Anna has stopped it.', where: expect.stringMatching(/^context\.ts:\d+$/)},
      },
      of_endless: {
        state: 'skipped',
        attributes: {error_cls: 'Skip', error: 'Skipped due to missing dependency:\n└ (endless) failed: Cancelled: Anna has stopped it.'},
      },
      waits: {state: 'failed', attributes: {error_cls: 'Cancelled'}},
      last: {state: 'ok', summary: 2},
    });
  });

  test('is cancelled before its turn', async () => {
    await using runner = new RunnerProcess();
    await runner.load(fixture('endless'));
    const job = runner.start();
    runner.send({type: 'cancel', job, variable: 'endless', reason: 'no'});
    runner.send({type: 'cancel', job, variable: 'waits', reason: 'no'});
    // Sent before the job began, each may come too early to be taken; then it is refused, and the variable is at work.
    const refused = () => runner.events.filter((event) => event.type === 'fault').length;
    for (const variable of ['endless', 'waits']) {
      await runner.until(() =>
        runner.events.some((event) => (event.type === 'value' || event.type === 'progress') && event.variable === variable),
      );
      if (refused() > 0) runner.send({type: 'cancel', job, variable, reason: 'no'});
    }
    expect((await runner.finished(job)).values).toMatchObject({
      endless: {state: 'failed', attributes: {error_cls: 'Cancelled'}},
      waits: {state: 'failed', attributes: {error_cls: 'Cancelled'}},
      last: {state: 'ok'},
    });
  });

  test('is stopped at the limit, and the rest goes on', async () => {
    await using runner = new RunnerProcess();
    await runner.load(fixture('endless'));
    const {values, finished} = await runner.run({limits: {seconds: 0.5}});
    expect(finished.outcome).toBe('done');
    const stopped = {
      state: 'failed',
      attributes: {error_cls: 'TimeLimit', error: 'This variable ran longer than its limit of 0.5 s and was stopped.'},
    };
    expect(values).toMatchObject({first: {state: 'ok'}, endless: stopped, waits: stopped, last: {state: 'ok', summary: 2}});
    expect(values.endless?.seconds).toBeGreaterThan(0.4);
  });

  test('while the file is loaded is a problem of the file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'firstlight-endless-'));
    writeFileSync(join(folder, 'context.ts'), 'for (;;);\n');
    await using runner = new RunnerProcess({FIRSTLIGHT_LOAD_SECONDS: '1'});
    const {problems} = await runner.load(join(folder, 'context.ts'));
    expect(problems).toMatchObject([{severity: 'error', text: expect.stringContaining('for at most 1 s')}]);
    rmSync(folder, {recursive: true});
  });
});
