import {closeSync, constants, fstatSync, openSync, readFileSync, readSync, statSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import type {FolderPaths} from '../folder/layout.ts';
import {openToAll} from '../folder/modes.ts';

/** Whether someone else changed the database since our last change of it; `perhaps` after we ended in the middle of one. */
export type ForeignHand = 'no' | 'yes' | 'perhaps';

const counterOffset = 24;
const markFormat = /^(\d{10}) (done|busy)\n$/;

/**
 * Keeps in `.firstlight/database-mark` how we left the database, so that the next start, also after a crash, sees whether someone else was there.
 *
 * SQLite counts every change of a database in bytes 24 to 27 of its file. The file stays open as long as the connection: closing it would drop our locks.
 */
export class DatabaseMark implements Disposable {
  /** What the mark said when the folder was opened. */
  readonly foreignHand: ForeignHand;
  readonly #path: string;
  readonly #databasePath: string;
  readonly #database: number;
  #file: number | undefined;

  /** Reads the mark; to be made before the connection. */
  constructor({database, privateDir}: FolderPaths) {
    this.#path = join(privateDir, 'database-mark');
    this.#databasePath = database;
    this.#database = openSync(database, 'r');
    this.foreignHand = this.#compare();
  }

  /** Whether the database is still the file that was opened: not when the folder was moved, removed, unmounted, or put back from a copy. */
  get isInPlace(): boolean {
    try {
      const [there, own] = [statSync(this.#databasePath, {bigint: true}), fstatSync(this.#database, {bigint: true})];
      return there.ino === own.ino && there.dev === own.dev;
    } catch {
      return false; // not there, or on a disk that does not answer
    }
  }

  /** Changes the database; ending anywhere in it leaves `perhaps`. */
  around<T>(change: () => T): T {
    this.#write('busy');
    try {
      return change();
    } finally {
      this.#write('done');
    }
  }

  /** To be called after the connection is closed. */
  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file);
    closeSync(this.#database);
  }

  #compare(): ForeignHand {
    const [, counter, state] = markFormat.exec(readText(this.#path)) ?? [];
    if (state === undefined) return 'yes'; // Never written, or torn: nothing is known.
    if (state === 'busy') return 'perhaps';
    return Number(counter) === this.#counter() ? 'no' : 'yes';
  }

  // Always of the same length and in the same place, so that it fits also when the disk is full. Without a mark the next start knows nothing, and says `yes`.
  #write(state: 'done' | 'busy'): void {
    try {
      this.#file ??= this.#open();
      writeSync(this.#file, `${String(this.#counter()).padStart(10, '0')} ${state}\n`, 0);
    } catch {
      // The values matter more.
    }
  }

  #open(): number {
    const file = openSync(this.#path, constants.O_RDWR | constants.O_CREAT, 0o666);
    openToAll(this.#path);
    return file;
  }

  #counter(): number {
    const bytes = Buffer.alloc(4);
    readSync(this.#database, bytes, 0, bytes.length, counterOffset);
    return bytes.readUInt32BE();
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // Not there yet.
  }
}
