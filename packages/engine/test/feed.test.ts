import assert from 'node:assert/strict';
import {appendFile, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Cell} from '@firstlight/core';
import * as fc from 'fast-check';
import {expect, onTestFinished, test} from 'vitest';
import {Feed} from '@firstlight/engine';
import type {FeedItem, FeedOptions} from '@firstlight/engine';

const options: FeedOptions = {burstMs: 0, changesPerFile: 7};

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'firstlight-feed-'));
  onTestFinished(async () => rm(directory, {recursive: true, force: true}));
  return directory;
}

const cell = (run: number, summary: Cell['summary'], activity: Cell['activity'] = 'idle'): Cell => ({
  proposal: 1234,
  run,
  name: 'intensity',
  state: 'ok',
  activity,
  summary,
  message: null,
  attributes: null,
  maxDiff: null,
});

async function take(feed: Feed, after: number, count: number): Promise<FeedItem[]> {
  const items: FeedItem[] = [];
  if (count === 0) return items;
  for await (const item of feed.since(after, AbortSignal.timeout(10_000))) if (items.push(item) === count) break;
  return items;
}

async function pushOne(feed: Feed, one: Cell): Promise<void> {
  feed.push([one]);
  await feed.flush();
}

test('changes are numbered one by one, and a burst is one change with the latest of each cell', async () => {
  await using feed = await Feed.open(await temporaryDirectory(), {burstMs: 20});
  await pushOne(feed, cell(1, 1));
  feed.push([cell(1, 2)]);
  feed.push([cell(2, 7)]);
  feed.push([cell(1, 3)]);
  await feed.flush();
  expect(await take(feed, 0, 2)).toEqual([
    {number: 1, cells: [cell(1, 1)]},
    {number: 2, cells: [cell(1, 3), cell(2, 7)]},
  ]);
});

test('numbers, NaN, infinities, big integers and texts that look like them survive a restart', async () => {
  const directory = await temporaryDirectory();
  const summaries = [NaN, Infinity, -Infinity, 2n ** 62n, 'NaN', '5n', {re: NaN, im: 1}, null, true];
  {
    await using feed = await Feed.open(directory, options);
    for (const summary of summaries) await pushOne(feed, cell(1, summary));
  }
  await using feed = await Feed.open(directory, {...options, changesPerFile: 100});
  const items = await take(feed, 0, summaries.length);
  expect(items.flatMap((item) => ('cells' in item ? item.cells.map(({summary}) => summary) : []))).toEqual(summaries);
});

test('a number ahead of the feed, one too old and one that is none are answered by one reset', async () => {
  const directory = await temporaryDirectory();
  await using feed = await Feed.open(directory, options);
  for (let run = 1; run <= 30; run++) await pushOne(feed, cell(run, run));
  expect(await take(feed, 31, 1)).toEqual([{number: 30, reset: true}]);
  expect(await take(feed, NaN, 1)).toEqual([{number: 30, reset: true}]);
  await feed[Symbol.asyncDispose]();
  await using again = await Feed.open(directory, options);
  expect(await take(again, 3, 1)).toEqual([{number: 30, reset: true}]);
  expect(await take(again, 25, 5)).toMatchObject([26, 27, 28, 29, 30].map((number) => ({number})));
  expect((await readdir(directory)).length).toBe(2);
});

test('what was queued or running when the log ended is told at the next start, also after rotation', async () => {
  const directory = await temporaryDirectory();
  {
    await using feed = await Feed.open(directory, options);
    await pushOne(feed, cell(1, null, 'queued'));
    await pushOne(feed, cell(2, null, 'running'));
    for (let n = 0; n < 40; n++) await pushOne(feed, cell(3, n));
    await pushOne(feed, cell(2, 5, 'idle'));
  }
  await using feed = await Feed.open(directory, options);
  expect(feed.activeAtOpen).toEqual([[1234, 1, 'intensity']]);
});

test('a damaged line in the middle resets older readers and loses no number', async () => {
  const directory = await temporaryDirectory();
  {
    await using feed = await Feed.open(directory, options);
    for (let n = 1; n <= 14; n++) await pushOne(feed, cell(1, n));
  }
  const [first] = (await readdir(directory)).sort();
  const path = join(directory, first ?? '');
  const lines = (await readFile(path, 'utf8')).split('\n');
  await writeFile(path, lines.with(3, '{"number":3,"cel').join('\n'));
  await using feed = await Feed.open(directory, options);
  expect(feed.current).toBe(14);
  expect(await take(feed, 1, 1)).toEqual([{number: 14, reset: true}]);
  expect(await take(feed, 7, 7)).toMatchObject([8, 9, 10, 11, 12, 13, 14].map((number) => ({number})));
});

test('a huge burst is cut into changes of bounded size, and its end can be waited for while more comes', async () => {
  await using feed = await Feed.open(await temporaryDirectory(), {burstMs: 0});
  feed.push(Array.from({length: 9000}, (_, index) => cell(index, index)));
  const flushed = feed.flush();
  const more = setInterval(() => feed.push([cell(1, Math.random())]), 0);
  await flushed;
  clearInterval(more);
  await feed.flush();
  const items = await take(feed, 0, feed.current);
  const sizes = items.map((item) => ('cells' in item ? item.cells.length : 0));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(2000);
  expect(items[0]).toMatchObject({number: 1});
  expect(new Set(items.flatMap((item) => ('cells' in item ? item.cells.map(({run}) => run) : []))).size).toBe(9000);
});

test('a feed of a folder that cannot be written lives in memory', async () => {
  await using feed = await Feed.open(null, options);
  await pushOne(feed, cell(1, 1));
  expect(await take(feed, 0, 1)).toEqual([{number: 1, cells: [cell(1, 1)]}]);
});

test('who listens is released by the signal and by the end of the feed', async () => {
  const feed = await Feed.open(null, options);
  const aborted = new AbortController();
  const byEnd = Array.fromAsync(feed.since(0));
  const bySignal = Array.fromAsync(feed.since(0, aborted.signal));
  aborted.abort();
  expect(await bySignal).toEqual([]);
  feed.push([cell(1, 1)]);
  await feed[Symbol.asyncDispose]();
  expect(await byEnd).toEqual([{number: 1, cells: [cell(1, 1)]}]);
});

// One step of a feed's life; listeners follow it all the time, as browsers do.
const step = fc.oneof(
  {weight: 6, arbitrary: fc.record({do: fc.constant('push' as const), run: fc.nat(3), value: fc.nat(1000), wait: fc.boolean()})},
  {weight: 2, arbitrary: fc.record({do: fc.constant('listen' as const), back: fc.nat(4)})},
  {weight: 1, arbitrary: fc.record({do: fc.constant('restart' as const), torn: fc.boolean()})},
);

test('whatever happens, every listener gets every change once, in order, across restarts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, {minLength: 1, maxLength: 40}), async (steps) => {
      const directory = await mkdtemp(join(tmpdir(), 'firstlight-feed-'));
      const listeners: {at: number; table: Map<number, unknown>}[] = [];
      const truth = new Map<number, unknown>();
      let feed = await Feed.open(directory, {burstMs: 0, changesPerFile: 5});
      try {
        const follow = async (): Promise<void> => {
          await feed.flush();
          for (const listener of listeners) {
            while (listener.at < feed.current) {
              const [item] = await take(feed, listener.at, 1);
              if (!item) throw new Error('nothing came');
              if ('reset' in item) listener.table = new Map(truth);
              else assert.equal(item.number, listener.at + 1);
              if ('cells' in item) for (const {run, summary} of item.cells) listener.table.set(run, summary);
              listener.at = item.number;
            }
          }
        };
        for (const one of steps) {
          if (one.do === 'push') {
            truth.set(one.run, one.value);
            feed.push([cell(one.run, one.value)]);
            if (one.wait) await follow();
          } else if (one.do === 'listen') {
            await feed.flush();
            listeners.push({at: feed.current, table: new Map(truth)});
          } else {
            await feed[Symbol.asyncDispose]();
            const last = (await readdir(directory)).sort().at(-1);
            if (one.torn && last) await appendFile(join(directory, last), '{"number":99,"cells":[{"propo');
            const before = feed.current;
            feed = await Feed.open(directory, {burstMs: 0, changesPerFile: 5});
            assert.equal(feed.current, before);
          }
        }
        await follow();
        for (const {table} of listeners) expect(table).toEqual(truth);
      } finally {
        await feed[Symbol.asyncDispose]();
        await rm(directory, {recursive: true, force: true});
      }
    }),
    {numRuns: 150},
  );
});
