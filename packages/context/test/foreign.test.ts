import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {writeFragment} from '@firstlight/store';
import type {Value} from '@firstlight/store';
import {afterAll, expect, test} from 'vitest';
import {RunnerProcess} from './runner-process.ts';

const scratch = mkdtempSync(join(tmpdir(), 'firstlight-foreign-test-'));
afterAll(() => rmSync(scratch, {recursive: true}));

function contextOf(name: string, source: string): string {
  const path = join(scratch, `${name}.ts`);
  writeFileSync(path, `import {glob, optional, stored, variable} from '@firstlight/context';\n${source}`);
  return path;
}

async function loadShared(runner: RunnerProcess, context: string) {
  runner.send({type: 'load', id: 'shared', context, shared: true});
  return runner.until(() => runner.events.find((event) => event.type === 'described' && event.id === 'shared'));
}

const source = `
export const twice = variable({inputs: {number: stored<number>('number')}}, ({number}) => 2 * number);
export const told = variable({inputs: {text: stored<string>('text'), flag: stored<boolean>('flag'), whole: stored<number>('whole')}},
  ({text, flag, whole}) => text + ' ' + flag + ' ' + (whole + 1));
export const total = variable({inputs: {array: stored<{data: Float64Array}>('array')}}, ({array}) => array.data.reduce((a, b) => a + b, 0));
export const missing = variable({inputs: {nothing: stored('nothing')}}, () => 1);
export const perhaps = variable({inputs: {nothing: optional(stored<number>('nothing'), 7)}}, ({nothing}) => nothing);
export const behind = variable({inputs: {wrong: stored('wrong')}}, () => 1);
export const names = variable({inputs: {all: glob('nu*')}}, ({all}) => Object.keys(all).sort().join(' '));
export const crashed = variable({inputs: {number: stored('number')}}, () => process.kill(process.pid, 'SIGKILL') as never);
export const after = variable({inputs: {number: stored<number>('number'), twice}}, ({number, twice}) => number + twice);
`;

test('values that were computed before are inputs, their errors are causes, and a crash does not lose them', async () => {
  await using runner = new RunnerProcess();
  const described = await loadShared(runner, contextOf('values', source));
  expect(described).toMatchObject({problems: []});
  const give = (name: string, data: Value) => ({
    name,
    fragment: writeFragment(runner.fragments, {proposal: 1234, run: 5}, [{name, outcome: {state: 'ok', cell: {data}}}]),
    error: null,
  });
  const array = {dtype: 'float64', shape: [3], data: Float64Array.of(1, 2, 4)} as const;
  const whole = {dtype: 'int64', shape: [], data: BigInt64Array.of(41n)} as const;
  const {values, finished} = await runner.run({
    foreign: [
      {...give('start_time', 1.5), name: 'start_time'},
      give('number', 21),
      give('text', 'beam'),
      give('flag', true),
      give('array', array),
      give('whole', whole),
      {name: 'nothing', fragment: null, error: null},
      {name: 'wrong', fragment: null, error: {errorClass: 'ValueError', message: 'no beam'}},
    ],
  });
  expect(finished).toMatchObject({outcome: 'done'});
  expect(Object.keys(values)).not.toContain('start_time');
  expect(
    Object.fromEntries(Object.entries(values).map(([name, {summary, attributes}]) => [name, attributes?.error ?? summary])),
  ).toMatchObject({
    twice: 42,
    told: {text: 'beam true 42'},
    total: 7,
    missing: "Dependencies returned no data:\n- 'nothing'",
    perhaps: 7,
    behind: 'Skipped due to missing dependency:\n└ (wrong) failed: ValueError: no beam',
    names: {text: 'number'},
    after: 63,
  });
  expect(values['crashed']).toMatchObject({state: 'failed', attributes: {error_cls: 'Crashed'}});
});

test('a file that stands alone is told of inputs that nobody has', async () => {
  await using runner = new RunnerProcess();
  const {problems} = await runner.load(
    contextOf('alone', `export const twice = variable({inputs: {number: stored<number>('number')}}, ({number}) => 2 * number);`),
  );
  expect(problems).toMatchObject([{severity: 'error', text: expect.stringContaining("Missing dependency: 'number' for 'twice'"), line: 2}]);
});

test('a job to inspect waits for a debugger and says where it is', async () => {
  await using runner = new RunnerProcess();
  await runner.load(contextOf('inspect', `export const number = variable(() => 42);`));
  const job = runner.start({inspect: true});
  const address = await runner.until(() => /Debugger listening on (ws:\S+)/.exec(runner.output)?.[1]);
  const debug = new WebSocket(address);
  await new Promise((resolve) => debug.addEventListener('open', resolve, {once: true}));
  debug.send(JSON.stringify({id: 1, method: 'Runtime.enable'}));
  debug.send(JSON.stringify({id: 2, method: 'Debugger.enable'}));
  debug.send(JSON.stringify({id: 3, method: 'Runtime.runIfWaitingForDebugger'}));
  debug.addEventListener('message', ({data}) => {
    if (String(data).includes('Debugger.paused')) debug.send(JSON.stringify({id: 4, method: 'Debugger.resume'}));
  });
  await runner.until(() => runner.events.find((event) => event.type === 'value' && event.job === job && event.variable === 'number'));
  debug.close(); // A process with a debugger attached does not end.
  expect((await runner.finished(job)).values['number']).toMatchObject({state: 'ok', summary: 42});
});
