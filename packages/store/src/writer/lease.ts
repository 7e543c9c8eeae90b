import {randomUUID} from 'node:crypto';
import {readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {Worker} from 'node:worker_threads';
import {FirstlightError} from '@firstlight/core';
import type {FolderPaths} from '../folder/layout.ts';
import {createLease, leaseFile, type LeaseRecord, readLease, removeLease, replaceLease} from './lease-file.ts';
import {thisMachine} from './machine.ts';

const renewEveryMs = 2000;
const renewalsMissed = 5;
const lookEveryMs = 50;
const abandonedAfterMs = 3_600_000;

/**
 * The right to write in a folder, also where the file system does not know the locks of other machines.
 *
 * Its owner renews a counter in `.firstlight/lease.json`. Another that wants the folder watches that counter on his own clock: it lives when the counter moves,
 * and is dead when it stands still for five renewals; nobody compares clocks. Who was taken for dead but only slept finds out before he writes the next time
 * (`assertOwn`), because the lease is another's by then.
 */
export class Lease implements Disposable {
  readonly #path: string;
  readonly #record: LeaseRecord;
  readonly #keeper: Worker;
  #isLost = false;
  readonly #release = (): void => removeLease(this.#path, this.#record.owner);

  private constructor(path: string, record: LeaseRecord) {
    this.#path = path;
    this.#record = record;
    this.#keeper = new Worker(new URL('./lease-keeper.ts', import.meta.url), {workerData: {path, lease: record}});
    this.#keeper.unref();
    process.once('exit', this.#release);
  }

  /**
   * Takes the lease of a folder whose lock this process has; watching a foreign owner takes up to five of his renewals.
   *
   * Throws `folder-owned` when its owner lives.
   */
  static take(paths: FolderPaths, environment: NodeJS.ProcessEnv = process.env): Lease {
    const path = leaseFile(paths);
    const machine = thisMachine(environment);
    const everyMs = Number(environment['FIRSTLIGHT_LEASE_MS']) || renewEveryMs;
    const own: LeaseRecord = {owner: randomUUID(), ...machine, pid: process.pid, address: null, counter: 0, everyMs};
    removeLeftovers(dirname(path));
    if (!createLease(path, own)) takeOver(paths, path, own);
    return new Lease(path, own);
  }

  /** Whether somebody on another machine, or a process that has the lock no more, holds the lease and lives. Waits until that is known. */
  static isDead(paths: FolderPaths): boolean {
    return isDead(leaseFile(paths), {...thisMachine(), everyMs: renewEveryMs});
  }

  /** Tells others where the owner can be reached. */
  announce(address: string | null): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
    this.#keeper.postMessage(address);
  }

  /** Whether somebody else was found to have taken the folder. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** To be called before anything is written that others see. Throws `folder-owned` when somebody else has taken the folder meanwhile. */
  assertOwn(): void {
    const found = readLease(this.#path);
    if (found === 'torn' || found?.owner === this.#record.owner) return;
    // Removed with the directory around it, perhaps by hand: nobody else has it, so it is ours again.
    if (found === undefined && createLease(this.#path, this.#record)) return;
    this.#isLost = true;
    const now = readLease(this.#path);
    throw taken(this.#path, typeof now === 'object' ? now : undefined);
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#release);
    void this.#keeper.terminate();
    this.#release();
  }
}

/** What a crash left on the way to a lease. */
function removeLeftovers(privateDir: string): void {
  for (const name of readdirSync(privateDir).filter((each) => /^(lease\.json|owner\.sqlite)\.\w/.test(each))) {
    const stats = statSync(join(privateDir, name), {throwIfNoEntry: false});
    if (stats && Date.now() - stats.mtimeMs > abandonedAfterMs) rmSync(join(privateDir, name), {force: true});
  }
}

function takeOver(paths: FolderPaths, path: string, own: LeaseRecord): void {
  const before = readLease(path);
  if (!isDead(path, own)) throw owned(paths, readLease(path));
  replaceLease(path, own);
  if (typeof before === 'object' && before.boot === own.boot) return; // nobody of another machine can have found it dead so soon
  // Two of us may have found it dead at the same time; the last one has it, and both see that a moment later.
  wait(own.everyMs);
  const now = readLease(path);
  if (typeof now !== 'object' || now.owner !== own.owner) throw owned(paths, now);
}

/** Watches a lease until it is known to live or to be dead. */
function isDead(path: string, {boot, everyMs: ownMs}: {boot: string; everyMs: number}): boolean {
  const first = readLease(path);
  if (first === undefined) return true;
  if (first !== 'torn' && first.boot === boot && (first.pid === process.pid || !isAlive(first.pid))) return true;
  const everyMs = first === 'torn' ? ownMs : first.everyMs;
  const deadline = performance.now() + renewalsMissed * everyMs;
  while (performance.now() < deadline) {
    wait(Math.min(lookEveryMs, everyMs));
    const now = readLease(path);
    if (now === undefined) return true; // given up meanwhile
    if (now === 'torn' || first === 'torn') continue;
    if (now.owner !== first.owner || now.counter !== first.counter) return false;
  }
  return true;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // there, but another person's
  }
}

/** One that has ended, and whose parent has not asked how; some containers leave such for ever. */
function isZombie(pid: number): boolean {
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false; // elsewhere than on Linux
  }
}

const wait = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

const who = (lease: LeaseRecord | undefined): string =>
  lease ? `process ${lease.pid} on ${lease.host}${lease.address ? ` at ${lease.address}` : ''}` : 'another process';

const factsOf = (lease: LeaseRecord | undefined) => (lease ? {pid: lease.pid, host: lease.host, address: lease.address} : {});

function owned({dir}: FolderPaths, found: LeaseRecord | 'torn' | undefined): FirstlightError {
  const lease = typeof found === 'object' ? found : undefined;
  return new FirstlightError(
    'folder-owned',
    `${dir} is in use by ${who(lease)}; only one may write in it. Work through that one, or stop it.`,
    {
      facts: {dir, ...factsOf(lease)},
    },
  );
}

const taken = (path: string, lease: LeaseRecord | undefined): FirstlightError =>
  new FirstlightError(
    'folder-owned',
    `The folder of ${path} was taken over by ${who(lease)} while this one did not answer; nothing more is written from here.`,
    {
      facts: factsOf(lease),
    },
  );
