import {type ChildProcess, spawn} from 'node:child_process';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {linesOf} from '@firstlight/client';

const launcher = fileURLToPath(new URL('../../packages/cli/bin/firstlight.mjs', import.meta.url));
const ticksPerSecond = 100; // Linux: the unit of times in /proc

/** Seconds from a request to the first and the last value, and until all are stored. */
export interface Times {
  readonly first: number;
  readonly last: number;
  readonly stored: number;
}

/** What can be said with a request. */
export interface How {
  readonly cold?: boolean;
  /** True: a run without data. */
  readonly mock?: boolean;
  readonly parallel?: number;
}

/** Firstlight serving a folder. */
export interface Ours extends AsyncDisposable {
  /** Replaces the context file; the next request waits until it is loaded. */
  write(context: string, how?: How): Promise<void>;
  /** Processes run 1. */
  process(how?: How): Promise<Times>;
  /** Processor time of the server and all it started, in seconds. */
  cpuSeconds(): number;
  /** The server's process. */
  readonly pid: number;
}

/** Serves a new folder over some data, with a context in a language. */
export async function serveOurs(directory: string, dataRoot: string, language: 'python' | 'typescript' = 'python'): Promise<Ours> {
  const folder = join(directory, `ours-${language}`);
  await ended(
    spawn(process.execPath, [launcher, 'init', folder, '--proposal', '1234', '--data', dataRoot, '--language', language], {
      stdio: 'ignore',
    }),
  );
  const server = spawn(process.execPath, [launcher, 'serve', folder, '--port', '0', '--no-watch'], {stdio: ['ignore', 'pipe', 'ignore']});
  const url = await readyAddress(server);
  const [experiment] = (await (await fetch(new URL('/api/experiments', url))).json()) as {id: string}[];
  const address = new URL(`/api/experiments/${experiment?.id}/process`, url);
  return {
    async write(context, how = {}) {
      writeFileSync(join(folder, language === 'python' ? 'context.py' : 'context.ts'), context);
      await timed(address, how);
    },
    process: async (how = {}) => timed(address, how),
    cpuSeconds: () => cpuOf(server.pid as number),
    pid: server.pid as number,
    async [Symbol.asyncDispose]() {
      server.kill('SIGTERM');
      await new Promise((resolve) => server.on('close', resolve));
    },
  };
}

async function timed(address: URL, how: How): Promise<Times> {
  const begun = performance.now();
  const values: number[] = [];
  const response = await fetch(address, {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify({runs: [1], ...how}),
  });
  for await (const line of linesOf(response)) {
    if (line === '') continue;
    const {event, name, state} = JSON.parse(line) as {event: string; name?: string; state?: string};
    if (event !== 'value' || name === 'start_time') continue;
    if (state !== 'ok') throw new Error(`A value of the benchmark is not ok: ${line}`);
    values.push(secondsSince(begun));
  }
  const [first, last] = [values[0], values.at(-1)];
  if (first === undefined || last === undefined) throw new Error('No value came.');
  return {first, last, stored: secondsSince(begun)};
}

const secondsSince = (begun: number): number => (performance.now() - begun) / 1000;

/** What a process, its children that ended, and its descendants that live have used. */
function cpuOf(pid: number): number {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(statOf);
  const own = (parent: number): number =>
    processes.filter((one) => one.parent === parent).reduce((sum, one) => sum + one.seconds + own(one.pid), 0);
  return own(pid) + (processes.find((one) => one.pid === pid)?.seconds ?? 0);
}

function statOf(name: string): {pid: number; parent: number; seconds: number}[] {
  try {
    const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number);
    const ticks = fields.slice(11, 15).reduce((sum, part) => sum + part, 0);
    return [{pid: Number(name), parent: fields[1] as number, seconds: ticks / ticksPerSecond}];
  } catch {
    return []; // It has just ended; its parent has its time.
  }
}

function readyAddress(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    server.stdout?.on('data', (chunk) => {
      text += String(chunk);
      const url = /ready (http\S+)/.exec(text)?.[1];
      if (url) resolve(url);
    });
    server.on('close', (code) => reject(new Error(`The server ended with ${code}: ${text}`)));
  });
}

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`Ended with ${code}.`)))));
