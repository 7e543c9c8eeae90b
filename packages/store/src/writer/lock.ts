import {readFileSync, renameSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {FirstlightError} from '@firstlight/core';
import Database from 'better-sqlite3';
import {z} from 'zod';
import {makeDirectory, writeFileDurably} from '../folder/durable.ts';
import {explaining} from '../folder/errors.ts';
import type {FolderPaths} from '../folder/layout.ts';
import {openToAll} from '../folder/modes.ts';
import {Lease} from './lease.ts';
import {leaseFile, readLease} from './lease-file.ts';
import {thisMachine} from './machine.ts';

const owner = z.object({pid: z.int(), host: z.string(), address: z.string().nullable()});

/** Who serves a folder: its writer's process, and where it can be reached (null: it has no address). */
export type FolderOwner = z.infer<typeof owner>;

const ownerFile = ({privateDir}: FolderPaths): string => join(privateDir, 'owner.json');

/** Who said last that it owns the folder; it may be gone since. Undefined when nobody ever did. */
export function lastOwner(paths: FolderPaths): FolderOwner | undefined {
  try {
    return owner.parse(JSON.parse(readFileSync(ownerFile(paths), 'utf8')));
  } catch {
    return undefined; // absent or half-written by hand: then nobody is known
  }
}

/**
 * The right to write in a folder, held by one process at a time.
 *
 * It is two things. An exclusive transaction on a small SQLite file, which is an operating system's lock: it ends with the process however that ends, and SQLite
 * knows how to take it on network file systems that have locks. And a lease, for those that have none, or keep those of a machine that is gone.
 */
export class FolderLock implements Disposable {
  readonly #paths: FolderPaths;
  readonly #lock: Database.Database;
  readonly #lease: Lease;

  private constructor(paths: FolderPaths, lock: Database.Database, lease: Lease) {
    this.#paths = paths;
    this.#lock = lock;
    this.#lease = lease;
  }

  /** Takes the folder, or throws `folder-owned` with the owner in its facts: at once on one machine, after watching the owner's lease for some seconds on another. */
  static take(paths: FolderPaths): FolderLock {
    return explaining(paths.dir, () => {
      makeDirectory(paths.privateDir);
      const lock = lockOrTakeOver(paths);
      try {
        const taken = new FolderLock(paths, lock, Lease.take(paths));
        taken.announce(null);
        return taken;
      } catch (error) {
        lock.close();
        throw error;
      }
    });
  }

  /** Tells others where the owner can be reached. */
  announce(address: string | null): void {
    const {host} = thisMachine();
    writeFileDurably(ownerFile(this.#paths), `${JSON.stringify({pid: process.pid, host, address} satisfies FolderOwner)}\n`);
    this.#lease.announce(address);
  }

  /** Whether somebody else was found to have taken the folder. */
  get isLost(): boolean {
    return this.#lease.isLost;
  }

  /** To be called before anything is written that others see. Throws `folder-owned` when somebody else has taken the folder meanwhile. */
  assertOwn(): void {
    this.#lease.assertOwn();
  }

  [Symbol.dispose](): void {
    this.#lease[Symbol.dispose]();
    this.#lock.close();
  }
}

const lockFile = ({privateDir}: FolderPaths): string => join(privateDir, 'owner.sqlite');

/** The operating system's lock; one that a machine holds whose owner is dead is left to it. */
function lockOrTakeOver(paths: FolderPaths): Database.Database {
  const lock = tryLock(lockFile(paths));
  if (lock) return lock;
  const lease = readLease(leaseFile(paths));
  if (typeof lease !== 'object' || lease.boot === thisMachine().boot || !Lease.isDead(paths)) throw owned(paths);
  const beside = `${lockFile(paths)}.${process.pid}`;
  rmSync(beside, {force: true});
  const fresh = tryLock(beside);
  if (!fresh) throw owned(paths);
  renameSync(beside, lockFile(paths));
  return fresh;
}

function tryLock(path: string): Database.Database | undefined {
  const lock = new Database(path, {timeout: 0});
  try {
    openToAll(path);
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (String((error as {code?: unknown}).code).startsWith('SQLITE_BUSY')) return undefined;
    throw error;
  }
}

function owned(paths: FolderPaths): FirstlightError {
  const known = lastOwner(paths);
  const who = known ? `process ${known.pid} on ${known.host}${known.address ? ` at ${known.address}` : ''}` : 'another process';
  return new FirstlightError(
    'folder-owned',
    `${paths.dir} is in use by ${who}; only one may write in it. Work through that one, or stop it.`,
    {
      facts: {dir: paths.dir, ...known},
    },
  );
}
