/** Each way in which users' code can fail, all in one run: its cell says what happened and where, the others' values are there, and the next run works. */
import {mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {JobEvent, Language} from '@firstlight/core';
import {createFolder} from '@firstlight/store';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Experiment} from '@firstlight/engine';
import {open, processed, python, run, until} from './tools.ts';

/** A way to fail: the body of a variable's function, and what its cell says. `LINE` is that of the body's last line. */
interface Failure {
  readonly body: string;
  readonly says: string;
  readonly needs?: string;
}

const inPython: Readonly<Record<string, Failure>> = {
  exception: {body: 'raise ValueError("too cold")', says: 'ValueError: too cold (context.py:LINE)'},
  exits: {body: 'sys.exit(2)', says: 'SystemExit: exit(2) was called (context.py:LINE)'},
  exits_at_once: {
    body: 'os._exit(7)',
    says: 'Crashed: The process ended itself with exit code 7 while it computed this variable. (context.py:DEF)',
  },
  segmentation_fault: {
    body: 'ctypes.string_at(0)',
    says: 'Crashed: The process was ended by signal SIGSEGV, a fault in compiled code while it computed this variable. (context.py:LINE)',
  },
  memory: {needs: 'memory=300_000_000', body: 'bytearray(4_000_000_000)', says: 'MemoryError (context.py:LINE)'},
  memory_of_children: {
    needs: 'memory=200_000_000',
    body: 'subprocess.run([sys.executable, "-c", "b = bytearray(10**9); b[::4096] = b[::4096]; import time; time.sleep(600)"], preexec_fn=unlimited)',
    says: 'MemoryLimit: This variable used more than 0.2 GB of memory and was stopped; it may say needs(memory=…). (context.py:DEF)',
  },
  endless: {body: 'while True: pass', says: 'Cancelled: It was cancelled. (context.py:LINE)'},
  too_long: {
    needs: 'timeout=0.5',
    body: 'time.sleep(600)',
    says: 'TimeLimit: This variable ran longer than its limit of 0.5 s and was stopped. (context.py:LINE)',
  },
  fork_bomb: {
    body: 'while True: os.fork() or time.sleep(600)',
    says: 'ProcessLimit: This variable started more than 500 processes and was stopped. (context.py:DEF)',
  },
  not_storable: {body: 'return {"a": 1}', says: "TypeError: Returned data type <class 'numpy.ndarray'> cannot be saved (context.py:DEF)"},
  not_text: {
    body: 'return "half of a pair \\udc80"',
    says: "UnicodeEncodeError: 'utf-8' codec can't encode character '\\udc80' in position 15: surrogates not allowed (context.py:DEF)",
  },
  broken_helper: {body: 'import my_helper', says: "SyntaxError: '(' was never closed (my_helper.py, line 2) (my_helper.py:2)"},
};

const inTypescript: Readonly<Record<string, Failure>> = {
  exception: {body: 'throw new RangeError("too cold");', says: 'RangeError: too cold (context.ts:LINE)'},
  exits: {
    body: 'process.exit(2);',
    says: 'Crashed: The process ended itself with exit code 2 while it computed this variable. (context.ts:DEF)',
  },
  exits_at_once: {
    body: 'process.abort();',
    says: 'Crashed: The process was ended by signal SIGABRT, as when memory runs out while it computed this variable. (context.ts:DEF)',
  },
  segmentation_fault: {
    body: 'process.kill(process.pid, "SIGSEGV"); return new Promise<number>(() => {});',
    says: 'Crashed: The process was ended by signal SIGSEGV, a fault in compiled code while it computed this variable. (context.ts:DEF)',
  },
  memory: {
    needs: 'memoryBytes: 400e6',
    body: 'for (const eaten: Uint8Array[] = []; ; await turn()) eaten.push(new Uint8Array(1e7).fill(1));',
    says: 'MemoryLimit: This variable used more than 0.4 GB of memory and was stopped; it may say needs: {memory: …}. (context.ts:DEF)',
  },
  endless: {body: 'for (;;);', says: 'Cancelled: It was cancelled. (context.ts:DEF)'},
  too_long: {
    needs: 'timeoutSeconds: 0.5',
    body: 'return new Promise<number>(() => {});',
    says: 'TimeLimit: This variable ran longer than its limit of 0.5 s and was stopped. (context.ts:DEF)',
  },
  fork_bomb: {
    body: 'for (;;) spawn("sleep", ["600"], {stdio: "ignore"});',
    says: 'ProcessLimit: This variable started more than 500 processes and was stopped. (context.ts:DEF)',
  },
  not_storable: {
    body: 'return new Map() as never;',
    says: 'TypeError: The variable returned an object of class Map with no fields, which cannot be saved.',
  },
};

const contextOf: Readonly<Record<Language, (failures: Readonly<Record<string, Failure>>) => string>> = {
  python: (failures) => `import ctypes, os, resource, subprocess, sys, time
from damnit_ctx import Variable
from firstlight import needs

def unlimited():
    resource.setrlimit(resource.RLIMIT_DATA, (-1, -1))

@Variable
def before(run):
    return 20

@Variable
def loud(run):
    for _ in range(1000):
        sys.stdout.write("x" * 1_000_000)
    return 5

${Object.entries(failures)
  .map(([name, {body, needs}]) => `@Variable\n${needs ? `@needs(${needs})\n` : ''}def ${name}(run, before: "var#before"):\n    ${body}\n`)
  .join('\n')}
@Variable
def after(run, before: "var#before", loud: "var#loud"):
    return before + 1
`,
  typescript: (failures) => `import {spawn} from 'node:child_process';
import {variable} from '@firstlight/context';

const turn = () => new Promise((resolve) => setImmediate(resolve));
export const before = variable(() => 20);
export const loud = variable(() => {
  for (let i = 0; i < 1000; i++) process.stdout.write('x'.repeat(1_000_000));
  return 5;
});
${Object.entries(failures)
  .map(
    ([name, {body, needs}]) =>
      `export const ${name} = variable({${needs ? `needs: {${needs}}, ` : ''}inputs: {before}}, async (): Promise<number> => {\n  ${body}\n});`,
  )
  .join('\n')}
export const after = variable({inputs: {before, loud}}, ({before}) => before + 1);
`,
};

/** Processes by the hundred and a gigabyte of text take a busy machine minutes. */
const patienceMs = 240_000;

const fileOf = {python: 'context.py', typescript: 'context.ts'} as const;

/** What a cell must say, with the lines filled in. */
function expectedText(context: string, name: string, {body, says}: Failure): string {
  const lines = context.split('\n');
  const definition = lines.findIndex((line) => line.startsWith(`def ${name}(`) || line.startsWith(`export const ${name} =`)) + 1;
  return says.replace('LINE', String(definition + body.split('\n').length)).replace('DEF', String(definition));
}

describe.each([
  ['python', inPython],
  ['typescript', inTypescript],
] as const)('in %s', (language, failures) => {
  const parent = realpathSync(mkdtempSync(join(tmpdir(), 'firstlight-failures-')));
  const dir = join(parent, 'folder');
  const context = contextOf[language](failures);
  const events: JobEvent[] = [];
  let experiment: Experiment;

  beforeAll(async () => {
    createFolder(dir, {proposal: 1234, contextPython: python, language});
    writeFileSync(join(dir, 'my_helper.py'), 'def f():\n    return (\n');
    writeFileSync(join(dir, fileOf[language]), context);
    experiment = await open(dir);
    const done = Array.fromAsync(experiment.process({runs: [run(1)], mock: true}), (event) => events.push(event));
    await until('the loop runs', () => experiment.table.cell(run(1), 'endless').activity === 'running', patienceMs);
    await experiment.cancel(experiment.jobs()[0]?.job ?? '', 'endless');
    await done;
  }, patienceMs);
  afterAll(async () => {
    await experiment[Symbol.asyncDispose]();
    rmSync(parent, {recursive: true, force: true});
  });

  test.each(Object.entries(failures))('%s: the cell says what happened and where', (name, failure) => {
    expect(experiment.table.cell(run(1), name)).toMatchObject({
      state: 'failed',
      activity: 'idle',
      message: expect.stringContaining(expectedText(context, name, failure)),
    });
  });

  test('the other values are there', () => {
    expect(events.at(-1)).toMatchObject({event: 'finished', values: {failed: Object.keys(failures).length}});
    expect(['before', 'loud', 'after'].map((name) => experiment.table.cell(run(1), name).summary)).toEqual([20, 5, 21]);
  });

  test('what was printed is kept up to a bound', () => {
    const [log = ''] = readdirSync(join(dir, 'process_logs'));
    expect(statSync(join(dir, 'process_logs', log)).size).toBeLessThan(12e6);
    expect(readFileSync(join(dir, 'process_logs', log), 'utf8')).toContain('is left out: it is more than 10 MB');
  });

  test('the next run works', async () => {
    expect((await processed(experiment, {runs: [run(2)], variables: ['before']})).at(-1)).toMatchObject({values: {ok: 2, failed: 0}});
    expect(experiment.table.cell(run(2), 'before').summary).toBe(20);
  });
});
