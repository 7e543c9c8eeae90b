import {chmodSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {RunnerEvent} from '@firstlight/core';
import {expect, test} from 'vitest';
import {RunnerConnection} from '../src/runner/connection.ts';
import {runnerEnvironment} from '../src/runner/environment.ts';
import {LineSplitter} from '../src/runner/lines.ts';
import {folderWith, inDatabase, killAll, open, processed, processesIn, temporaryDirectory, until} from './tools.ts';

/** A runner of a few lines. */
function runnerThat(code: string): {connection: RunnerConnection; events: RunnerEvent[]; output: string[]; troubles: string[]} {
  const events: RunnerEvent[] = [];
  const output: string[] = [];
  const troubles: string[] = [];
  const command = {
    file: process.execPath,
    args: ['-e', `const say = (text) => require('fs').writeSync(3, text);\n${code}`],
    env: {},
    cwd: '/',
  };
  const connection = RunnerConnection.start(command, {
    event: (event) => void events.push(event),
    output: (piece) => void output.push(piece.toString()),
    trouble: (sentence) => void troubles.push(sentence),
  });
  return {connection, events, output, troubles};
}

test('events are heard however they are cut, and what is no event is told and left out', async () => {
  const {connection, events, output, troubles} = runnerThat(`
    say('{"type":"heart'); say('beat","at":1}\\nhello\\n{"type":"heartbeat"}\\n{"type":"heartbeat","at":2}\\n'); console.log('printed');`);
  await connection.ended;
  expect(events).toEqual([
    {type: 'heartbeat', at: 1},
    {type: 'heartbeat', at: 2},
  ]);
  expect(troubles).toEqual([expect.stringContaining('not JSON'), expect.stringContaining('not of its protocol')]);
  expect(output.join('')).toBe('printed\n');
});

test('a line without an end does not fill the memory', async () => {
  const {connection} = runnerThat(`for (;;) say('x'.repeat(65536));`);
  expect(await connection.ended).toMatchObject({cause: 'it sent a line of more than 16 MB'});
});

test('how a runner ended is told with its last words', async () => {
  expect(await runnerThat(`console.error('no module'); process.exit(3)`).connection.ended).toMatchObject({code: 3, lastWords: 'no module'});
  expect(await runnerThat(`process.kill(process.pid, 'SIGSEGV')`).connection.ended).toMatchObject({signal: 'SIGSEGV'});
  const missing = RunnerConnection.start(
    {file: '/nowhere/python', args: [], env: {}, cwd: '/'},
    {event: () => {}, output: () => {}, trouble: () => {}},
  );
  expect(await missing.ended).toMatchObject({cause: 'ENOENT'});
});

test('what a runner has started ends with it', async () => {
  const directory = temporaryDirectory();
  const {connection, output} = runnerThat(`
    const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000) // child of the runner'], {cwd: ${JSON.stringify(directory)}, stdio: 'ignore'});
    child.once('spawn', () => console.log('started')); setInterval(() => {}, 1000);`);
  await until('the child runs', () => output.join('').includes('started') && processesIn(directory, 'child of the runner').length === 1);
  process.kill(connection.pid ?? 0, 'SIGKILL');
  await connection.ended;
  expect(await until('the child is gone', () => processesIn(directory, 'child of the runner').length === 0)).toBe(true);
});

test('lines are cut at their ends, and one that is too long is refused', () => {
  const lines = new LineSplitter(5);
  expect(lines.push(Buffer.from('ab'))).toEqual([]);
  expect(lines.push(Buffer.from('c\n\nde\nf'))).toEqual(['abc', '', 'de']);
  expect(lines.push(Buffer.from('12345'))).toBeUndefined();
});

test('users code gets the environment it needs, and no secrets', () => {
  const environment = {
    PATH: '/bin',
    HOME: '/home/a',
    LC_ALL: 'C',
    OMP_NUM_THREADS: '2',
    AWS_SECRET: 'x',
    XFEL_TOKEN: 'x',
    SESSION: 'x',
    EMPTY: undefined,
  };
  expect(runnerEnvironment(environment)).toEqual({PATH: '/bin', HOME: '/home/a', LC_ALL: 'C', OMP_NUM_THREADS: '2'});
});

test('a context sees no variable of the server', async () => {
  const dir = folderWith(
    '@Variable(title="Secret")\ndef secret(run):\n    return os.environ.get("MY_SECRET", "none") + str("PATH" in os.environ)\n',
  );
  await using experiment = await open(dir, {environment: {...process.env, MY_SECRET: 'swordfish'}});
  expect(await processed(experiment)).toContainEqual(expect.objectContaining({name: 'secret', summary: 'noneTrue'}));
});

test('an interpreter that lacks what it needs is replaced, and its own words say why', async () => {
  const dir = folderWith('@Variable(title="A")\ndef a(run):\n    return 1\n');
  const interpreter = join(temporaryDirectory(), 'python');
  writeFileSync(interpreter, '#!/bin/sh\necho "this Python lacks h5py" >&2\nexit 2\n');
  chmodSync(interpreter, 0o755);
  inDatabase(dir, `update metameta set value = '${interpreter}' where key = 'context_python'`);
  await using experiment = await open(dir);
  expect(await processed(experiment)).toContainEqual(expect.objectContaining({name: 'a', summary: 1}));
  expect(experiment.health().notes).toEqual([
    expect.stringContaining('this Python lacks h5py'),
    expect.stringContaining(`${interpreter}, cannot run its context here`),
  ]);
});

test('a context that ends its process while it loads is a problem, not a crash', async () => {
  await using experiment = await open(folderWith('os.kill(os.getpid(), 11)\n'));
  const {problems} = await experiment.contextLoaded();
  expect(problems).toMatchObject([{severity: 'error', text: expect.stringContaining('SIGSEGV')}]);
  expect(experiment.health()).toMatchObject({context: 'broken', writer: 'alive'});
});

test('the process that keeps the context loaded is killed, and its job is begun again', async () => {
  const file = join(temporaryDirectory(), 'go');
  const dir = folderWith(
    `@Variable(title="A")\ndef a(run):\n    while not os.path.exists("${file}"):\n        time.sleep(0.005)\n    return 1\n`,
  );
  await using experiment = await open(dir, {jobsAtOnce: 1});
  const done = processed(experiment);
  const isRunning = (): boolean => experiment.table.cell({proposal: 1234, run: 1}, 'a').activity === 'running';
  await until('it runs', isRunning);
  // Whichever of the runner's processes is hit (the runner, the context's, the job's), the job is not lost.
  killAll(processesIn(dir, 'firstlight.runner').slice(1, 2));
  writeFileSync(file, '');
  expect(await done).toContainEqual(expect.objectContaining({name: 'a', summary: 1}));
});

test('what a job prints without end is cut', async () => {
  const dir = folderWith('@Variable(title="A")\ndef a(run):\n    for _ in range(300):\n        print("x" * 65536)\n    return 1\n');
  await using experiment = await open(dir);
  expect(await processed(experiment)).toContainEqual(expect.objectContaining({name: 'a', state: 'ok'}));
  const log = readFileSync(join(dir, 'process_logs', 'r1-p1234.out'), 'utf8');
  expect(log.length).toBeLessThan(11 * 1024 * 1024);
  expect(log).toContain('[The rest of what this job printed is left out: it is more than 10 MB.]');
});
