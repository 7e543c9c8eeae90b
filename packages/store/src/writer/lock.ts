import {readFileSync} from 'node:fs';
import {hostname} from 'node:os';
import {join} from 'node:path';
import {FirstlightError} from '@firstlight/core';
import Database from 'better-sqlite3';
import {z} from 'zod';
import {makeDirectory, writeFileDurably} from '../folder/durable.ts';
import {explaining} from '../folder/errors.ts';
import type {FolderPaths} from '../folder/layout.ts';
import {openToAll} from '../folder/modes.ts';

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
 * It is an exclusive transaction on a small SQLite file: an operating system's lock, which ends with the process however that ends, and which SQLite
 * knows how to take on network file systems.
 */
export class FolderLock implements Disposable {
  readonly #paths: FolderPaths;
  readonly #lock: Database.Database;

  private constructor(paths: FolderPaths, lock: Database.Database) {
    this.#paths = paths;
    this.#lock = lock;
  }

  /** Takes the lock at once or throws `folder-owned` with the owner in its facts. */
  static take(paths: FolderPaths): FolderLock {
    return explaining(paths.dir, () => {
      makeDirectory(paths.privateDir);
      const path = join(paths.privateDir, 'owner.sqlite');
      const lock = new Database(path, {timeout: 0});
      try {
        openToAll(path);
        lock.exec('BEGIN EXCLUSIVE');
      } catch (error) {
        lock.close();
        throw String((error as {code?: unknown}).code).startsWith('SQLITE_BUSY') ? owned(paths) : error;
      }
      const taken = new FolderLock(paths, lock);
      taken.announce(null);
      return taken;
    });
  }

  /** Tells others where the owner can be reached. */
  announce(address: string | null): void {
    writeFileDurably(ownerFile(this.#paths), `${JSON.stringify({pid: process.pid, host: hostname(), address} satisfies FolderOwner)}\n`);
  }

  [Symbol.dispose](): void {
    this.#lock.close();
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
