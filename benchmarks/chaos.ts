// Kills servers, writers and runners at every step and at random under load, then counts what is lost, doubled or corrupt (--runs=N --kills=N --seed=N --disk).
import {type ChildProcess, execFile, spawn, spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import type {Readable} from 'node:stream';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {Assault} from './chaos/assault.ts';
import {chaosFolder, names, proposal, python} from './chaos/folder.ts';
import {ServerUnderFire} from './chaos/server-under-fire.ts';
import {until} from './chaos/until.ts';

const option = (name: string, otherwise: number): number =>
  Number(process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise);
const [runs, kills, seed] = [option('runs', 200), option('kills', 60), option('seed', 1)];
const fillsDisk = process.argv.includes('--disk');
const place = process.argv.find((argument) => argument.startsWith('--place='))?.slice('--place='.length);
const launcher = fileURLToPath(new URL('../packages/cli/bin/firstlight.mjs', import.meta.url));
const readerProgram = fileURLToPath(new URL('./chaos/reader.py', import.meta.url));
const diskMegabytes = 96;
const longestMs = 600_000;
const runsAtOnce = 20;
const all = Array.from({length: runs}, (_, index) => index + 1);

const progress = (text: string): void => void (process.stderr.isTTY && process.stderr.write(`\r\x1b[2K${text}`));

/** Reads with the official package while everything is killed. */
class OfficialReader {
  reads = 0;
  wrong: readonly string[] = [];
  readonly #child: ChildProcess;

  constructor(dir: string) {
    this.#child = spawn(python, [readerProgram, dir], {stdio: ['ignore', 'pipe', 'inherit']});
    createInterface({input: this.#child.stdout as Readable}).on('line', (line) => {
      ({reads: this.reads, wrong: this.wrong} = JSON.parse(line) as {reads: number; wrong: string[]});
    });
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGKILL');
    await closed;
  }
}

/** What went wrong in the eyes of the official package, and how many values it read. */
async function readOnce(dir: string): Promise<{reads: number; wrong: string[]}> {
  const {stdout} = await promisify(execFile)(python, [readerProgram, dir, String(runs)]);
  return JSON.parse(stdout) as {reads: number; wrong: string[]};
}

type Verified = Record<'values' | 'lost' | 'doubled' | 'corrupt' | 'orphaned', number>;

async function verified(dir: string): Promise<Verified> {
  const {stdout} = await promisify(execFile)(process.execPath, [launcher, 'verify', '--folder', dir, '--json']).catch(
    (error: {stdout: string}) => error,
  );
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Verified & {event: string});
  for (const line of lines) if (line.event === 'defect') console.error(JSON.stringify(line));
  return lines.at(-1) as Verified;
}

const isDone = (server: ServerUnderFire, wanted: readonly number[]): boolean =>
  wanted.every((run) =>
    names.every((name) => {
      const cell = server.cells.get(`${run}:${name}`);
      return cell?.activity === 'idle' && cell.state !== 'missing';
    }),
  );

/** A process in which users' code was at work was killed: the cell says so, and as a person would we ask for the run again. */
const endedRuns = (server: ServerUnderFire): number[] => [
  ...new Set([...server.cells.values()].filter(({name, state}) => name !== 'broken' && state !== 'ok').map(({run}) => run)),
];

/** Waits until everything is computed, and has computed again what a kill has cost. */
async function mended(server: ServerUnderFire, request: (runs: readonly number[]) => Promise<void>): Promise<void> {
  for (;;) {
    await until('all is computed', () => isDone(server, all), longestMs);
    const again = endedRuns(server);
    if (again.length === 0) return;
    await request(again);
    await until('the runs are begun', () => !isDone(server, again) || endedRuns(server).length === 0, longestMs);
  }
}

/** Asks for some runs at a time, so that requests come under fire, too; values that are replaced are killed at other steps than new ones. */
async function worked(server: ServerUnderFire, assault: Assault, request: (runs: readonly number[]) => Promise<void>): Promise<void> {
  for (let first = 0; first < runs || !assault.isOver; first += runsAtOnce) {
    const wanted = Array.from({length: Math.min(runs, runsAtOnce)}, (_, index) => ((first + index) % runs) + 1);
    await request(wanted);
    await until('the runs are computed', () => isDone(server, wanted), longestMs);
  }
}

async function chaos(directory: string): Promise<boolean> {
  const {dir, steps} = chaosFolder(directory);
  await using server = new ServerUnderFire(dir, {...process.env, FIRSTLIGHT_FAULTS: steps});
  const reader = new OfficialReader(dir);
  const assault = new Assault({server, steps, seed, kills, disk: fillsDisk ? directory : undefined});
  const request = async (wanted: readonly number[]): Promise<void> => server.request(proposal, wanted, until);
  const attacking = assault.attack((what) => progress(`${server.computed} values, ${assault.count} kills: ${what}`));
  await Promise.all([attacking, worked(server, assault, request)]);
  await mended(server, request);
  await reader.stop();
  await server[Symbol.asyncDispose]();
  progress('');
  return report(await verified(dir), {final: await readOnce(dir), reader, server, assault});
}

interface Seen {
  readonly final: {readonly reads: number; readonly wrong: readonly string[]};
  readonly reader: OfficialReader;
  readonly server: ServerUnderFire;
  readonly assault: Assault;
}

function report({values, lost, doubled, corrupt, orphaned}: Verified, {final, reader, server, assault}: Seen): boolean {
  const expected = runs * (names.length - 1); // one fails, as it should
  const wrong = [...final.wrong, ...reader.wrong, ...server.mistakes];
  const found = {
    values,
    lost,
    doubled,
    corrupt,
    orphaned,
    official: final.reads,
    readUnderFire: reader.reads,
    wrong,
    kills: assault.byPlace,
  };
  const holds = [lost, doubled, corrupt, orphaned, wrong.length].every((count) => count === 0) && final.reads === expected;
  if (process.argv.includes('--json')) console.log(JSON.stringify({...found, computed: server.computed, expected, holds}));
  else {
    console.log(
      Object.entries(assault.byPlace)
        .map(([where, count]) => `  killed ${count} × ${where}`)
        .join('\n'),
    );
    console.log(
      `${server.computed} values computed, ${values} verified: ${lost} lost, ${doubled} doubled, ${corrupt} corrupt, ${orphaned} orphaned`,
    );
    console.log(`official damnit: ${final.reads} of ${expected} right in the end, ${reader.reads} read under fire`);
    for (const sentence of wrong) console.log(`  ${sentence}`);
    console.log(holds ? 'holds' : 'DOES NOT HOLD');
  }
  return holds;
}

/** The same in a small file system of its own, which is filled again and again. */
function onSmallDisk(directory: string): boolean {
  const disk = join(directory, 'disk');
  mkdirSync(disk);
  const script = `mount -t tmpfs -o size=${diskMegabytes}m none "$1" && shift && exec "$@"`;
  const again = [process.execPath, ...process.argv.slice(1), `--place=${disk}`];
  return spawnSync('unshare', ['-rm', 'sh', '-c', script, 'sh', disk, ...again], {stdio: 'inherit'}).status === 0;
}

const directory = place ?? mkdtempSync(join(tmpdir(), 'firstlight-chaos-'));
try {
  const holds = fillsDisk && place === undefined ? onSmallDisk(directory) : await chaos(directory);
  process.exitCode = holds ? 0 : 1;
} finally {
  if (place === undefined) rmSync(directory, {recursive: true, force: true});
}
