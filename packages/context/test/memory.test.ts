import {readdirSync, readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {RunnerProcess, fixture} from './runner-process.ts';

const [early, late] = [8, 32];
// A leak of a few kilobytes a job stays below, one of a value or a description does not.
const mostGrowth = 1.1;

const residentMegabytes = (pid: number): number => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
const openFiles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

// Each job has a process of its own, for which a busy machine takes a second or two.
test('many jobs leave the runner as large as it was', {timeout: 240_000}, async () => {
  await using runner = new RunnerProcess();
  await runner.load(fixture('endless'));
  const sizes: [megabytes: number, files: number][] = [];
  for (let job = 1; job <= late; job++) {
    expect((await runner.run({variables: ['last']})).finished.outcome).toBe('done');
    if (job === early || job === late) sizes.push([residentMegabytes(runner.pid), openFiles(runner.pid)]);
  }
  const [[before, filesBefore], [after, filesAfter]] = sizes as [[number, number], [number, number]];
  expect(after / before).toBeLessThan(mostGrowth);
  expect(filesAfter).toBeLessThanOrEqual(filesBefore + 8); // The process that is kept ready may just start.
});
