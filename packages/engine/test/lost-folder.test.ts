import {cpSync, renameSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import type {Experiment} from '@firstlight/engine';
import {WriterProcess, writeFragment} from '@firstlight/store';
import {expect, test, vi} from 'vitest';
import {folderWith, inDatabase, open, processed, run, until, writerOf} from './tools.ts';

const everyMs = '100';

test('an experiment whose folder another machine took says so, writes nothing, and goes on when that one ends', async () => {
  const dir = folderWith('@Variable(title="A")\ndef a(run):\n    return 1\n');
  vi.stubEnv('FIRSTLIGHT_MACHINE', 'here/boot-of-here');
  vi.stubEnv('FIRSTLIGHT_LEASE_MS', everyMs);
  await using experiment = await open(dir);
  await processed(experiment);
  const stopped = writerOf(dir);
  process.kill(stopped, 'SIGSTOP');
  let other: WriterProcess;
  try {
    const environment = {...process.env, FIRSTLIGHT_MACHINE: 'there/boot-of-there', FIRSTLIGHT_LEASE_MS: everyMs};
    other = await WriterProcess.start(dir, {environment});
  } finally {
    process.kill(stopped, 'SIGCONT');
    vi.unstubAllEnvs();
  }
  await until('the loss is noticed', () => experiment.health().writer === 'none');
  expect(experiment.health().folder).toBe('lost');
  expect(experiment.health().notes).toContainEqual(expect.stringMatching(/was taken over by process \d+ on there/));
  await expect(experiment.edit({edit: 'comment', run: run(1), text: 'not now'})).rejects.toMatchObject({code: 'folder-owned'});
  // Asked for now, computed when the folder is ours again.
  const again = processed(experiment, {runs: [run(2)], mock: true});
  writeFragment(join(dir, 'extracted_data'), run(1), [{name: 'theirs', outcome: {state: 'ok', cell: {data: 5}}}]);
  await other.merge();
  await other[Symbol.asyncDispose]();
  expect((await again).at(-1)).toMatchObject({event: 'finished', values: {ok: 2}});
  expect(experiment.health()).toMatchObject({folder: 'ok', writer: 'alive', notes: []});
  await until('what the other stored is seen', () => experiment.table.cell(run(1), 'theirs').state === 'ok');
});

const isLost = (experiment: Experiment) => experiment.health().folder === 'lost';

test('an experiment whose folder is moved away or removed says so, and goes on when it is back, also as a copy', async () => {
  const dir = folderWith('@Variable(title="A")\ndef a(run):\n    return 1\n');
  await using experiment = await open(dir);
  await processed(experiment);
  renameSync(dir, `${dir}-away`);
  await until('the loss is noticed', () => isLost(experiment));
  expect(experiment.health()).toMatchObject({
    writer: 'none',
    notes: expect.arrayContaining([expect.stringMatching(/is not there any more/)]),
  });
  await expect(experiment.edit({edit: 'comment', run: run(1), text: 'not now'})).rejects.toMatchObject({code: 'folder-missing'});
  renameSync(`${dir}-away`, dir);
  await until('the folder is there again', () => !isLost(experiment));
  expect(experiment.health().notes).not.toContainEqual(expect.stringMatching(/is not there any more/));
  cpSync(dir, `${dir}-copy`, {recursive: true});
  rmSync(dir, {recursive: true});
  await until('the second loss is noticed', () => isLost(experiment));
  renameSync(`${dir}-copy`, dir);
  expect((await processed(experiment, {runs: [run(2)]})).at(-1)).toMatchObject({event: 'finished', values: {ok: 2}});
  expect(inDatabase(dir, "SELECT run, value FROM run_variables WHERE name = 'a' ORDER BY run")).toBe('(1, 1)\n(2, 1)\n');
  expect(experiment.health()).toMatchObject({folder: 'ok', writer: 'alive'});
});

test('an experiment that is only looked at says that its folder is away, and sees what comes back', async () => {
  const dir = folderWith('');
  await using experiment = await open(dir, {write: false, watch: true});
  expect(experiment.health()).toMatchObject({folder: 'ok', writer: 'none'});
  renameSync(dir, `${dir}-away`);
  await until('the loss is noticed', () => isLost(experiment));
  inDatabase(`${dir}-away`, 'INSERT INTO run_info (proposal, run, start_time, added_at) VALUES (1234, 1, 1.0, 1.0)');
  renameSync(`${dir}-away`, dir);
  await until('what came is seen', () => experiment.table.runs().length === 1);
  expect(experiment.health().folder).toBe('ok');
});
