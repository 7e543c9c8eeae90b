import {expect, test} from 'vitest';
import {backoffMs, followFeed, type OpenFeed} from './feed.ts';
import type {FeedItem} from './wire.ts';

const item = (number: number): FeedItem => ({number, reset: false, variables: false, cells: []});

/** A server that keeps everything and breaks the line after every `each` items. */
function breakingServer(last: number, each: number, stop: AbortController): {open: OpenFeed; asked: number[]} {
  const asked: number[] = [];
  return {
    asked,
    async *open(since, onOpen) {
      asked.push(since);
      onOpen();
      const upTo = Math.min(last, since + each);
      for (let number = since + 1; number <= upTo; number += 1) yield item(number);
      if (upTo === last) stop.abort();
      throw Object.assign(new Error('gone'), {code: 1006});
    },
  };
}

test('a line that breaks again and again loses nothing and repeats nothing', async () => {
  const stop = new AbortController();
  const {open, asked} = breakingServer(10, 3, stop);
  const got: number[] = [];
  let opened = 0;
  await followFeed({
    since: () => got.at(-1) ?? 0,
    onOpen: () => (opened += 1),
    onItem: ({number}) => got.push(number),
    onLost: () => undefined,
    signal: stop.signal,
    open,
    wait: () => Promise.resolve(),
  });
  expect(got).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(asked).toEqual([0, 3, 6, 9]);
  expect(opened).toBe(4);
});

test('a server that stays away is tried less and less often, and a defect is not hidden', async () => {
  expect([1, 2, 3, 4, 12].map(backoffMs)).toEqual([0, 250, 500, 1000, 5000]);
  const waits: number[] = [];
  const stop = new AbortController();
  const options = {
    since: () => 0,
    onOpen: () => undefined,
    onItem: () => undefined,
    onLost: (ms: number) => (waits.push(ms), waits.length === 4 && stop.abort()),
    signal: stop.signal,
    wait: () => Promise.resolve(),
  };
  const refusing = (error: unknown): OpenFeed =>
    async function* () {
      yield* [] as FeedItem[];
      throw error;
    };
  await followFeed({...options, open: refusing(Object.assign(new Error(), {code: 1006}))});
  expect(waits).toEqual([0, 250, 500, 1000]);
  await expect(followFeed({...options, signal: new AbortController().signal, open: refusing(new TypeError('defect'))})).rejects.toThrow(
    'defect',
  );
});
