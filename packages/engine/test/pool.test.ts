import {chmodSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {contextsOf} from '@firstlight/store';
import {expect, test} from 'vitest';
import {errorOf} from '../src/runner/context-file.ts';
import {runnerLaunches} from '../src/runner/launch.ts';
import {RunnerPool} from '../src/runner/pool.ts';
import {folderWith, temporaryDirectory, until} from './tools.ts';

const python = fileURLToPath(new URL('../../../.venv/bin/python', import.meta.url));

/** An interpreter that is killed from outside the first times that it is started, and a pool that uses it. */
function poolKilled(times: number): {pool: RunnerPool; notes: string[]; starts: () => number} {
  const [dir, interpreter] = [folderWith('@Variable(title="A")\ndef a(run):\n    return 1\n'), join(temporaryDirectory(), 'python')];
  const starts = `${interpreter}.starts`;
  writeFileSync(starts, '');
  const script = `#!/bin/sh\necho >> "${starts}"\n[ $(wc -l < "${starts}") -le ${times} ] && kill -9 $$\nexec "${python}" "$@"\n`;
  writeFileSync(interpreter, script);
  chmodSync(interpreter, 0o755);
  const notes: string[] = [];
  const pool = new RunnerPool({
    context: contextsOf(dir)[0],
    launches: runnerLaunches({folder: {dir}, contextPython: interpreter, environment: process.env}, 'python'),
    size: 1,
    retryAfterMs: 0,
    onContext: () => {},
    onNote: (sentence) => void notes.push(sentence),
  });
  return {pool, notes, starts: () => readFileSync(starts, 'utf8').length};
}

test('an interpreter that is killed as it starts is started again, and not replaced', async () => {
  const {pool, notes, starts} = poolKilled(2);
  await using _ = pool;
  expect(errorOf(await pool.check())).toBeUndefined();
  expect([notes, starts()]).toEqual([[], 3]);
});

test('a context whose runner was killed again and again is loaded later, though its file is the same', async () => {
  const {pool, notes} = poolKilled(4);
  await using _ = pool;
  expect(errorOf(await pool.check())?.text).toMatch(/could not load the context. The runner process ended \(signal SIGKILL\)/);
  await until('the context is loaded', async () => errorOf(await pool.check()) === undefined);
  expect((await pool.check()).variables).toMatchObject([{name: 'a'}]);
  expect(notes).toEqual([]);
});

test('without an interpreter every job that wants a runner is told so, the second like the first', async () => {
  const [context] = contextsOf(folderWith('@Variable(title="A")\ndef a(run):\n    return 1\n'));
  await using pool = new RunnerPool({context, launches: [], size: 1, onContext: () => {}, onNote: () => {}});
  await expect(pool.lease()).rejects.toMatchObject({code: 'no-interpreter'});
  await expect(pool.lease()).rejects.toMatchObject({code: 'no-interpreter'});
});
