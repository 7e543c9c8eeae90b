import {readdirSync, readFileSync} from 'node:fs';
import {setTimeout as after} from 'node:timers/promises';

/** A process that outlives the runs. */
export interface LastingProcess {
  readonly pid: number;
  readonly what: string;
  /** Its resident size: the smallest of several looks, since what is not collected yet is no leak. */
  readonly megabytes: number;
}

const looks = 20;
const betweenMs = 100;

/** What the processes below a server are, by a word of their command lines; those of single runs are left out. */
const kinds = [
  ['writer-main', 'writer'],
  ['reader-main', 'reader'],
  ['firstlight.runner', 'runner'],
  ['runner/main.ts', 'runner'],
] as const;

/** The server and its helpers, with their sizes. */
export async function lastingProcesses(server: number): Promise<LastingProcess[]> {
  const pids = [server, ...below(server)];
  const sizes = new Map(pids.map((pid) => [pid, Number.POSITIVE_INFINITY]));
  for (let look = 0; look < looks; look++) {
    for (const pid of pids) sizes.set(pid, Math.min(sizes.get(pid) ?? 0, residentMegabytes(pid)));
    await after(betweenMs);
  }
  const seen = new Set<string>();
  return pids.flatMap((pid) => {
    const kind = pid === server ? 'server' : kinds.find(([word]) => commandOf(pid).includes(word))?.[1];
    const what = kind !== undefined && seen.has(kind) ? 'context in its runner' : kind; // forked, it has the same command line
    seen.add(kind ?? '');
    return what === undefined ? [] : [{pid, what, megabytes: sizes.get(pid) ?? 0}];
  });
}

function below(pid: number): number[] {
  const children = read(`/proc/${pid}/task`, (path) => readdirSync(path), []).flatMap((task) =>
    read(`/proc/${pid}/task/${task}/children`, text, '').split(' ').filter(Boolean).map(Number),
  );
  return [...children, ...children.flatMap(below)];
}

const residentMegabytes = (pid: number): number => Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`, text, ''))?.[1] ?? 0) / 1024;
const commandOf = (pid: number): string => read(`/proc/${pid}/cmdline`, text, '');
const text = (path: string): string => readFileSync(path, 'utf8');

function read<T>(path: string, how: (path: string) => T, otherwise: T): T {
  try {
    return how(path);
  } catch {
    return otherwise; // It has just ended.
  }
}
