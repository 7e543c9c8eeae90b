import {readdirSync, readFileSync} from 'node:fs';
import {totalmem} from 'node:os';

/** More than pools of processes need on large machines, few enough to be ended at once. */
const mostStarted = 500;
/** A variable that says nothing else may use so much of the machine's memory. */
const shareOfMemory = 0.8;
const watchMs = 250;

/** Bytes that a variable may use if nothing else is said: most of what the machine, or its control group, has. */
export function defaultMemoryBytes(): number {
  const constrained = process.constrainedMemory();
  return shareOfMemory * (constrained > 0 ? Math.min(constrained, totalmem()) : totalmem());
}

/** Calls back, once, when a process and all it has started are too many or use too much memory (Linux). The function ends the watch. */
export function watchFamily(pid: number, memoryBytes: number, onExcess: (errorClass: string, why: string) => void): () => void {
  const timer = setInterval(() => {
    const excess = excessOf(familyOf(pid), memoryBytes);
    if (!excess) return;
    clearInterval(timer);
    onExcess(...excess);
  }, watchMs);
  return () => clearInterval(timer);
}

function excessOf(family: readonly number[], memoryBytes: number): [errorClass: string, why: string] | undefined {
  if (family.length > mostStarted) return ['ProcessLimit', `This variable started more than ${mostStarted} processes and was stopped.`];
  if (family.reduce((sum, pid) => sum + privateBytes(pid), 0) <= memoryBytes) return undefined;
  const most = `${Number((memoryBytes / 1e9).toPrecision(3))} GB`;
  return ['MemoryLimit', `This variable used more than ${most} of memory and was stopped; it may say needs: {memory: …}.`];
}

/** A process and all below it; not many more than are allowed. */
function familyOf(pid: number): number[] {
  const found = [pid];
  for (const each of found) {
    if (found.length > mostStarted) break;
    found.push(...childrenOf(each));
  }
  return found;
}

function childrenOf(pid: number): number[] {
  return list(`/proc/${pid}/task`).flatMap((task) => read(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number));
}

/** Memory of a process that is in no file; 0 when it has ended. */
const privateBytes = (pid: number): number => 1024 * Number(/^RssAnon:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // It has just ended, or this is no Linux.
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
