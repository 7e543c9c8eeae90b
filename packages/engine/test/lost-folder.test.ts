import {join} from 'node:path';
import {WriterProcess, writeFragment} from '@firstlight/store';
import {expect, test, vi} from 'vitest';
import {folderWith, open, processed, run, until, writerOf} from './tools.ts';

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
  expect(experiment.health().notes).toContainEqual(expect.stringMatching(/was taken over by process \d+ on there/));
  await expect(experiment.edit({edit: 'comment', run: run(1), text: 'not now'})).rejects.toMatchObject({code: 'folder-owned'});
  // Asked for now, computed when the folder is ours again.
  const again = processed(experiment, {runs: [run(2)], mock: true});
  writeFragment(join(dir, 'extracted_data'), run(1), [{name: 'theirs', outcome: {state: 'ok', cell: {data: 5}}}]);
  await other.merge();
  await other[Symbol.asyncDispose]();
  expect((await again).at(-1)).toMatchObject({event: 'finished', values: {ok: 2}});
  expect(experiment.health().writer).toBe('alive');
  await until('what the other stored is seen', () => experiment.table.cell(run(1), 'theirs').state === 'ok');
});
