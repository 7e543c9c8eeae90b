import {expect, test} from 'vitest';
import {folderWith, inDatabase, open, run, until} from './tools.ts';

const runs = 600;
const variables = 100; // several pages

/** A folder in which another program has left values of many runs: `v1` of run 7 is 7001. */
function largeFolder(): string {
  const dir = folderWith('');
  const numbers = (most: number): string => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${most})`;
  inDatabase(
    dir,
    `INSERT INTO run_info (proposal, run, start_time, added_at) ${numbers(runs)} SELECT 1234, i, 1.6e9 + i, 1.6e9 + i FROM n`,
  );
  inDatabase(
    dir,
    `INSERT INTO run_variables (proposal, run, name, version, value, timestamp, summary_method) ${numbers(variables)}
     SELECT 1234, run, 'v' || i, 1, run * 1000 + i, added_at, '' FROM run_info CROSS JOIN n`,
  );
  return dir;
}

test('a large folder opens with its newest runs, the others follow, and who asks for some does not wait for all', async () => {
  await using experiment = await open(largeFolder(), {whole: false, compute: false});
  const {table} = experiment;
  expect(table.runs()).toHaveLength(runs);
  expect(table.cell(run(runs), 'v1').summary).toBe(runs * 1000 + 1);
  expect([table.isAwaited(run(runs)), table.isAwaited(run(1)), table.isAwaited(run(300))]).toEqual([false, true, true]);
  await experiment.loaded([run(7)]);
  expect(table.cells(run(7))).toHaveLength(variables);
  expect(table.cell(run(7), 'v1').summary).toBe(7001);
  await experiment.whole();
  expect(table.awaited()).toEqual([]);
  expect(table.runs().every((row) => table.cells(row).length === variables)).toBe(true);
  expect(table.variables()).toHaveLength(variables);
  expect(experiment.changes.current).toBeLessThanOrEqual(1); // at most its columns
});

test('what another program changes while a large folder is read is in the table, and who listened before loads it anew', async () => {
  await using experiment = await open(largeFolder(), {whole: false, compute: false});
  const before = experiment.changes.current;
  inDatabase(experiment.folder.dir, "UPDATE run_variables SET value = 43, timestamp = 1.7e9 WHERE name = 'v1'");
  await experiment.whole();
  await until('the newest run is looked at again', () => experiment.table.cell(run(runs), 'v1').summary === 43);
  expect(experiment.table.cell(run(1), 'v1').summary).toBe(43);
  await until('the change feed begins anew', async () => {
    const {value} = await experiment.changes.since(before).next();
    return value && 'reset' in value;
  });
});

test('closing a folder that is still being read ends all waiting', async () => {
  const experiment = await open(largeFolder(), {whole: false, compute: false});
  const waiting = Promise.allSettled([experiment.loaded([run(1)]), experiment.whole()]);
  await experiment[Symbol.asyncDispose]();
  const stopped = {status: 'rejected', reason: {code: 'stopped'}};
  expect(await waiting).toMatchObject([stopped, stopped]);
});
