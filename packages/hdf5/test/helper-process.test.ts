import {FirstlightError} from '@firstlight/core';
import {HelperProcess} from '@firstlight/hdf5';
import {expect, test} from 'vitest';

const entry = new URL('./helper-entry.ts', import.meta.url);

const rejection = async (call: Promise<unknown>): Promise<FirstlightError> =>
  call.then(
    () => expect.fail('the call did not fail'),
    (error: unknown) => (error instanceof FirstlightError ? error : expect.fail(String(error))),
  );

test('typed arrays cross to the helper and back unchanged', async () => {
  await using helper = await HelperProcess.start(entry);
  const value = {a: new BigInt64Array([1n, -(2n ** 62n)]), h: new Float16Array([0.5]), list: ['x', null, true], n: Number.NaN};
  expect(await helper.call('echo', value)).toEqual(value);
});

test('calls are answered in order, one at a time', async () => {
  await using helper = await HelperProcess.start(entry);
  const done: number[] = [];
  await Promise.all([20, 0, 5].map((ms, i) => helper.call('block', ms).then(() => done.push(i))));
  expect(done).toEqual([0, 1, 2]);
});

test('an error in the helper says which call it came from, and the helper goes on', async () => {
  await using helper = await HelperProcess.start(entry);
  const error = await rejection(helper.call('fail'));
  expect([error.code, error.message]).toEqual(['helper-failed', '"fail" failed in the helper process: on purpose']);
  expect((await rejection(helper.call('toString'))).code).toBe('helper-unknown-call');
  expect((await rejection(helper.call('read', {path: '/nowhere.h5', name: 'x'}))).code).toBe('hdf5-no-file');
  expect(await helper.call('echo', 1)).toBe(1);
});

test('a crash costs the call that was being worked on, and the next call starts a new helper', async () => {
  const crashes: string[] = [];
  await using helper = await HelperProcess.start(entry, {name: 'test', onCrash: (error) => crashes.push(error.message)});
  const first = helper.pid;
  const calls = await Promise.allSettled([helper.call('crash'), helper.call('echo', 2), helper.call('exit'), helper.call('echo', 3)]);
  expect(calls.map((call) => (call.status === 'fulfilled' ? call.value : (call.reason as FirstlightError).code))).toEqual([
    'helper-crashed',
    2,
    'helper-crashed',
    3,
  ]);
  expect(crashes).toEqual([
    'The helper process (test) was ended by signal SIGKILL while it worked on "crash"; the next call starts a new one.',
    'The helper process (test) ended with exit code 7 while it worked on "exit"; the next call starts a new one.',
  ]);
  expect(helper.pid).not.toBe(first);
});

test('a call that takes too long is given up, also when the helper is stuck in a library call', async () => {
  await using helper = await HelperProcess.start(entry);
  const stuck = helper.call('block', 60_000, {timeoutMs: 50});
  const next = helper.call('echo', 'next');
  expect((await rejection(stuck)).code).toBe('helper-timeout');
  expect(await next).toBe('next');
});

test('a cancelled call is rejected with the reason of its signal', async () => {
  await using helper = await HelperProcess.start(entry);
  const abort = new AbortController();
  const stuck = helper.call('block', 60_000, {signal: abort.signal});
  abort.abort(new FirstlightError('enough', 'Enough.'));
  expect((await rejection(stuck)).code).toBe('enough');
  expect((await rejection(helper.call('echo', 1, {signal: abort.signal}))).code).toBe('enough');
});

test('no more than the allowed number of calls wait', async () => {
  await using helper = await HelperProcess.start(entry, {maxPending: 2});
  const calls = [helper.call('echo', 1), helper.call('echo', 2)];
  expect((await rejection(helper.call('echo', 3))).code).toBe('helper-busy');
  expect(await Promise.all(calls)).toEqual([1, 2]);
});

test('a stopped helper is gone, and rejects what waits', async () => {
  const helper = await HelperProcess.start(entry);
  const {pid} = helper;
  const working = helper.call('block', 50);
  const waiting = rejection(helper.call('echo', 1));
  await helper[Symbol.asyncDispose]();
  expect((await waiting).code).toBe('helper-stopped');
  expect((await rejection(helper.call('echo', 1))).code).toBe('helper-stopped');
  expect(() => process.kill(pid as number, 0)).toThrow('ESRCH');
  await working.catch(() => {});
});

test('an entry that does not start gives an error, not a wait', async () => {
  expect((await rejection(HelperProcess.start(new URL('./exit-entry.ts', import.meta.url)))).code).toBe('helper-crashed');
});

test('a signal to the whole process group does not end a helper: it goes on until its channel closes', async () => {
  await using helper = await HelperProcess.start(entry);
  const {pid = 0} = helper;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.kill(pid, signal);
    expect(await helper.call('echo', signal)).toBe(signal);
  }
  expect(helper.pid).toBe(pid);
});
