import {expect, test} from 'vitest';
import {continued, withErrorAsLine} from '../src/commands/lines.ts';
import {jsonLines} from '../src/http/lines.ts';

test('a long silence is broken by empty lines, and what comes then is whole', async () => {
  const gate = Promise.withResolvers<object>();
  const lines = jsonLines(
    (async function* () {
      yield {a: 1};
      yield await gate.promise;
    })(),
    1,
  );
  expect((await lines.next()).value).toBe('{"a":1}\n');
  expect((await lines.next()).value).toBe('\n');
  expect((await lines.next()).value).toBe('\n');
  gate.resolve({b: 2});
  const rest = await Array.fromAsync(lines);
  expect(rest.filter((line) => line !== '\n')).toEqual(['{"b":2}\n']);
});

test('who leaves in the silence ends what was to come', async () => {
  const ended = Promise.withResolvers<string>();
  const gate = Promise.withResolvers<void>();
  const lines = jsonLines(
    (async function* () {
      try {
        await gate.promise;
        yield {};
      } finally {
        ended.resolve('ended');
      }
    })(),
    1,
  );
  expect((await lines.next()).value).toBe('\n');
  await lines.return(undefined);
  gate.resolve();
  expect(await ended.promise).toBe('ended');
});

test('an error on the way is the last line', async () => {
  const told = (async function* () {
    yield {a: 1};
    throw new Error('boom');
  })();
  const explain = (error: unknown) => ({code: 'internal', sentence: String(error)});
  const lines = await Array.fromAsync(withErrorAsLine(continued(told.next(), told), explain));
  expect(lines).toEqual([{a: 1}, {event: 'error', code: 'internal', sentence: 'Error: boom'}]);
});
