import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import type {JobEvent} from '@firstlight/core';
import type {FeedItem} from '@firstlight/engine';
import type {Experiment} from '@firstlight/engine';
import {expect, onTestFinished, test} from 'vitest';
import {folderWith, inboxOf, inDatabase, killAll, open, processed, processesIn, run, until, writerOf} from './tools.ts';

const number = '@Variable(title="Number")\ndef number(run):\n    return 42\n';
const endless = '@Variable(title="Endless")\ndef endless(run):\n    while True: time.sleep(0.01)\n';

const setTo43 = "update run_variables set value = 43 where name = 'number'";

const firstAfter = async (experiment: Experiment, after: number): Promise<FeedItem | undefined> => {
  const {value} = await experiment.changes.since(after, AbortSignal.timeout(20_000)).next();
  return value ?? undefined;
};

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Serves a folder in another process until it is killed; gives the number of the last change then. */
async function servedAndKilled(dir: string): Promise<number> {
  const path = fileURLToPath(new URL('./kill-server.ts', import.meta.url));
  const server = spawn(process.execPath, [path, dir], {stdio: ['ignore', 'pipe', 'ignore']});
  onTestFinished(() => void server.kill('SIGKILL'));
  const numbers: number[] = [];
  createInterface({input: server.stdout}).on('line', (line) => {
    const {open: atOpen, number: later} = JSON.parse(line) as {open?: number; number?: number};
    numbers.push(atOpen ?? later ?? 0);
  });
  await until('it serves', () => numbers.length > 0);
  const writer = writerOf(dir);
  server.kill('SIGKILL');
  await until('its writer is gone, too', () => !isAlive(writer));
  return Math.max(...numbers);
}

test('what another program changed after a server was killed makes browsers load the table anew, and only that does', async () => {
  const dir = folderWith(number);
  {
    await using experiment = await open(dir);
    await processed(experiment);
  }
  await servedAndKilled(dir);
  {
    await using experiment = await open(dir);
    expect(await firstAfter(experiment, 1)).toMatchObject({number: 2, cells: expect.any(Array)});
  }
  const last = await servedAndKilled(dir);
  inDatabase(dir, setTo43);
  await using experiment = await open(dir);
  expect(await firstAfter(experiment, last)).toMatchObject({reset: true});
  expect(experiment.table.cell(run(1), 'number').summary).toBe(43);
});

test('a folder that can only be looked at is followed', async () => {
  const dir = folderWith(number);
  {
    await using experiment = await open(dir);
    await processed(experiment);
  }
  inDatabase(dir, "update metameta set value = 5 where key = 'data_format_version'");
  await using experiment = await open(dir);
  const change = firstAfter(experiment, experiment.changes.current);
  inDatabase(dir, setTo43);
  expect(await change).toMatchObject({cells: [{name: 'number', summary: 43}]});
  expect(experiment.table.cell(run(1), 'number').summary).toBe(43);
});

test('a job that is given up says so in its cells, here and after a restart, and in a note', async () => {
  const dir = folderWith(endless);
  const sentence = expect.stringContaining('The runner process ended');
  {
    await using experiment = await open(dir);
    const events: JobEvent[] = [];
    for await (const event of experiment.process({runs: [run(1)], mock: true})) {
      events.push(event);
      if (event.event !== 'started') continue;
      killAll(processesIn(dir, 'firstlight.runner'));
    }
    expect(events.at(-1)).toMatchObject({values: {failed: 1}});
    expect(experiment.table.cell(run(1), 'endless')).toMatchObject({state: 'failed', activity: 'idle', message: sentence});
    expect(experiment.health().notes).toEqual([expect.stringMatching(/^Run 1 of proposal 1234 could not be computed: /)]);
    expect(inboxOf(dir)).toEqual([]);
  }
  await using experiment = await open(dir);
  expect(experiment.table.cell(run(1), 'endless')).toMatchObject({state: 'failed', message: sentence});
});

test('open jobs are listed, whoever asked for them, and cancelling says whether there was one', async () => {
  await using experiment = await open(folderWith(endless), {jobsAtOnce: 1});
  const done = processed(experiment, {runs: [run(1), run(2)]});
  await until('run 1 runs', () => experiment.table.cell(run(1), 'endless').activity === 'running');
  const jobs = experiment.jobs();
  expect(jobs).toMatchObject([
    {...run(1), trigger: 'all', state: 'running', variables: null, since: expect.any(Number)},
    {...run(2), state: 'queued'},
  ]);
  for (const {job} of jobs.toReversed()) expect(await experiment.cancel(job)).toBe(true);
  await done;
  expect(experiment.jobs()).toEqual([]);
  expect(await experiment.cancel(jobs[0]?.job ?? '')).toBe(false);
});
