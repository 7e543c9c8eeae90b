import {execFileSync, spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {simulate} from '@firstlight/simulator';
import {z} from 'zod';
import {expect, onTestFinished, test} from 'vitest';
import {folderWith, inboxOf, inDatabase, killAll, processesIn, python, temporaryDirectory, until, writerOf} from './tools.ts';

const runs = 50;

const context = `
@Variable(title="Run number")
def number(run, n: "meta#run_number"):
    return n

@Variable(title="Pulse energy", summary="mean")
def energy(run):
    return run["SIM_XTD1_XGM/XGM/DOOCS:output", "data.intensityTD"].ndarray()

@Variable(title="Ten times")
def ten(run, n: "var#number"):
    return 10 * n

@Variable(title="No beam")
def broken(run):
    raise ValueError("no beam")
`;

const line = z.union([
  z.object({open: z.number()}),
  z.object({
    number: z.number(),
    cells: z.array(z.object({run: z.number(), name: z.string(), state: z.string(), activity: z.string(), summary: z.unknown()})).nullable(),
  }),
]);

/** A browser that outlives its servers: it follows the change feed, and notices when a number is missing or comes twice. */
class Follower {
  readonly cells = new Map<string, {state: string; activity: string; summary: unknown}>();
  readonly mistakes: string[] = [];
  at = 0;
  #server: ChildProcess | undefined;
  isOpen = false;

  start(dir: string): void {
    const server = spawn(process.execPath, [fileURLToPath(new URL('./kill-server.ts', import.meta.url)), dir, String(this.at)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.isOpen = false;
    this.#server = server;
    createInterface({input: server.stdout}).on('line', (text) => this.#hear(text));
    server.stderr.resume();
  }

  /** Kills the server, and waits until everything it said was heard. */
  async kill(): Promise<void> {
    const server = this.#server;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const closed = new Promise((resolve) => server.once('close', resolve));
    server.kill('SIGKILL');
    await closed;
  }

  get done(): number {
    return [...this.cells].filter(([key, {state}]) => key.endsWith(':ten') && state === 'ok').length;
  }

  #hear(text: string): void {
    const item = line.parse(JSON.parse(text));
    if ('open' in item) {
      this.isOpen = true;
      return;
    }
    if (item.cells === null || item.number !== this.at + 1) this.mistakes.push(text.slice(0, 100));
    this.at = item.number;
    for (const {run, name, ...cell} of item.cells ?? []) this.cells.set(`${run}:${name}`, cell);
  }
}

const runners = (dir: string): number[] => processesIn(dir, 'firstlight.runner');

// What an official reader finds in the run files.
const readFiles = `
import h5py, json, sys
from pathlib import Path
found = {}
for path in Path(sys.argv[1]).glob("p1234_r*.h5"):
    if ".writing" in path.name:
        continue  # what a killed runner left; the writer removes it when it is old
    with h5py.File(path) as file:
        found[path.stem.split("_r")[1]] = {name: list(file[name].shape) for name in ("number/data", "ten/data", "energy/data", ".errors/broken") if name in file}
print(json.dumps(found))
`;

test('a server, a writer and runners are killed in the middle of 50 runs, and every run has every value once', async () => {
  const dataRoot = temporaryDirectory();
  const dir = folderWith(context, dataRoot);
  const follower = new Follower();
  onTestFinished(async () => follower.kill());
  follower.start(dir);
  const simulated = simulate({dir: dataRoot, runs, trains: 2, detector: [8, 8], camera: [8, 8], everySeconds: 0.05, procDelaySeconds: 0});

  await until('some runs are done', () => follower.done >= 4);
  killAll(runners(dir).slice(0, 1));
  await until('more runs are done', () => follower.done >= 10);
  killAll([writerOf(dir)]);
  await until('more runs are done', () => follower.done >= 16);
  await follower.kill();
  follower.start(dir);
  await until('more runs are done', () => follower.done >= 24);
  killAll(runners(dir));
  await until('more runs are done', () => follower.done >= 32);
  killAll([writerOf(dir), ...runners(dir)]);
  await follower.kill();
  follower.start(dir);
  await until('the server is back', () => follower.isOpen);
  await follower.kill();
  follower.start(dir);

  await simulated;
  await until('all runs are seen', () => readdirSync(join(dir, '.firstlight', 'seen')).length === runs);
  await until('all runs are done', () => follower.done === runs && inboxOf(dir).length === 0, 40_000);
  await until('nothing is shown as waiting', () => [...follower.cells.values()].every(({activity}) => activity === 'idle'));
  await follower.kill();

  expect(follower.mistakes).toEqual([]);
  const numbers = Array.from({length: runs}, (_, index) => index + 1);
  for (const run of numbers) {
    expect(follower.cells.get(`${run}:ten`)).toMatchObject({state: 'ok', summary: 10 * run});
    expect(follower.cells.get(`${run}:broken`)).toMatchObject({state: 'failed'});
  }
  const rows = inDatabase(dir, 'select run, name, count(*) from run_variables group by run, name having count(*) = 1').trim().split('\n');
  expect(rows.length).toBe(4 * runs);
  expect(inDatabase(dir, 'select count(*) from run_info where start_time is not null').trim()).toBe(`(${runs},)`);
  const files = JSON.parse(execFileSync(python, ['-c', readFiles, join(dir, 'extracted_data')], {encoding: 'utf8'}));
  expect(files).toEqual(
    Object.fromEntries(numbers.map((run) => [run, {'number/data': [], 'ten/data': [], 'energy/data': [2, 1000], '.errors/broken': []}])),
  );
  expect(
    readdirSync(join(dir, 'extracted_data'))
      .filter((name) => !name.includes('.writing'))
      .sort(),
  ).toEqual(numbers.map((run) => `p1234_r${run}.h5`).sort());
  expect(existsSync(join(dir, '.firstlight', 'quarantine'))).toBe(false);
}, 120_000);
