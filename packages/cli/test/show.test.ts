import {join} from 'node:path';
import {createFolder, WriterProcess, writeFragment} from '@firstlight/store';
import {expect, test} from 'vitest';
import {firstlight, temporaryDirectory} from './command.ts';

test('runs of several proposals are told apart, and can be shown by themselves', {timeout: 120_000}, async () => {
  using directory = temporaryDirectory();
  const dir = join(directory.path, 'experiment');
  createFolder(dir, {proposal: 1234, contextPython: 'python3'});
  for (const [proposal, data] of [
    [1234, 2.5],
    [5678, 7.5],
  ] as const)
    writeFragment(join(dir, 'extracted_data'), {proposal, run: 1}, [{name: 'energy', outcome: {state: 'ok', cell: {data}}}]);
  {
    await using writer = await WriterProcess.start(dir);
    await writer.merge();
  }
  const show = async (...args: string[]) => firstlight(['show', ...args, '--folder', dir]);
  expect((await show()).stdout).toMatch(/^proposal +run +energy\n1234 +1 +2\.5\n5678 +1 +7\.5\n$/);
  expect((await show('--proposal', '5678')).stdout).toMatch(/^run +energy\n1 +7\.5\n$/);
  expect((await show('--proposal', '5678', '--json')).lines).toMatchObject([{proposal: 5678, run: 1}]);
  expect((await show('1', 'energy', '--proposal', '5678')).stdout).toContain('7.5');
  expect(await show('--proposal', '99')).toMatchObject({
    code: 1,
    stderr: '✗ There are no runs of proposal 99 in this folder (proposals: 1234, 5678).\n',
  });
  expect(await show('3', '--proposal', '5678')).toMatchObject({
    code: 1,
    stderr: '✗ There is no run 3 of proposal 5678 in this folder; it holds runs 1 to 1.\n',
  });
});
