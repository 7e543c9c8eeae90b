import {execFileSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {inDatabase, open, python, run, temporaryDirectory, until} from './tools.ts';

const script = fileURLToPath(new URL('../../store/test/old-folder.py', import.meta.url));

test('an old folder is shown whole, a run that another program never listed, too, and what it stores there later', async () => {
  const dir = join(temporaryDirectory(), 'old');
  execFileSync(python, [script, dir, '2']);
  await using experiment = await open(dir);
  expect(experiment.table.runs().map(({proposal, run: number}) => [proposal, number])).toEqual([
    [1234, 7],
    [1234, 8],
    [1234, 9],
    [5678, 7],
  ]);
  expect(experiment.table.cell(run(9), 'comment').summary).toBe('a run that is not in run_info');
  inDatabase(dir, "INSERT INTO run_variables (proposal, run, name, version, value, timestamp) VALUES (1234, 10, 'n_trains', 1, 5, 1.7e9)");
  await until('the other program’s value is seen', () => experiment.table.cell(run(10), 'n_trains').summary === 5);
  expect(experiment.table.row(run(10))).toMatchObject({startTime: null});
});
