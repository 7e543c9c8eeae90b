import {readdirSync, readFileSync} from 'node:fs';

/** The processes of a server that can be killed without harm to a value; one in which users' code is at work says in the cell that it was ended. */
export const victims = ['server', 'writer', 'reader', 'Python runner', 'TypeScript runner'] as const;
export type Victim = (typeof victims)[number];

const words = {writer: 'writer-main', reader: 'reader-main', 'Python runner': 'firstlight.runner', 'TypeScript runner': 'runner/main.ts'};

/** The process of a server that does something; undefined while there is none. */
export function processOf(victim: Victim, server: number): number | undefined {
  if (victim === 'server') return server;
  return childrenOf(server).find((pid) => read(`/proc/${pid}/cmdline`).includes(words[victim]));
}

/** Ends a process at once; false when it is over already. */
export function kill(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

function childrenOf(pid: number): number[] {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    return tasks.flatMap((task) => read(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number));
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has ended
  }
}
