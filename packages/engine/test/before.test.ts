import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {runsBefore} from '../src/intake/before.ts';
import {seenInDirectory} from '../src/intake/seen.ts';
import {run, temporaryDirectory} from './tools.ts';

test('what had values before anything was watched stays known, however often and with whatever values the folder is opened later', async () => {
  const directory = temporaryDirectory();
  const first = await runsBefore(directory, () => [run(1)]);
  expect([first.isFirst, first.count, first.has(run(1)), first.has(run(2))]).toEqual([true, 1, true, false]);
  await seenInDirectory(join(directory, 'seen')).set(run(2), 'raw', 'as it is');
  const later = await runsBefore(directory, () => [run(1), run(2)]);
  expect([later.isFirst, later.has(run(1)), later.has(run(2))]).toEqual([false, true, false]);
});

test('where a watch has been that kept no such file, nothing counts as from before', async () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'seen'));
  writeFileSync(join(directory, 'seen', 'p1234_r1.json'), '{"raw": "as it is"}');
  expect(await runsBefore(directory, () => [run(1)])).toMatchObject({isFirst: false, count: 0});
});
