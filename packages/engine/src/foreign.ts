import {readdir, stat} from 'node:fs/promises';
import {runOfFragment} from '@firstlight/core';
import {periodically} from './periodically.ts';
import type {FolderWriter} from './writer.ts';

export interface ForeignParts {
  readonly extractedData: string;
  readonly writer: FolderWriter;
  /** What `foreignChanges` gave before the table was loaded. */
  readonly since: number;
  /** Another program has changed the database. */
  readonly onDatabase: () => Promise<void>;
  readonly onTrouble: (error: unknown) => void;
}

const lookMs = 2000;

/** Notices what other programs do in the folder: DAMNIT's own tools may edit the database and leave fragments. */
export class ForeignWatch implements AsyncDisposable {
  readonly #parts: ForeignParts;
  readonly #closing = new AbortController();
  readonly #watching: Promise<void>;
  #database: number;
  #directoryMs = 0;

  constructor(parts: ForeignParts) {
    this.#parts = parts;
    this.#database = parts.since;
    this.#watching = periodically(
      lookMs,
      this.#closing.signal,
      async () => this.#look(),
      (error) => this.#tell(error),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#watching;
  }

  #tell(error: unknown): void {
    const {writer, onTrouble} = this.#parts;
    if (!writer.isLost) onTrouble(error); // the writer says that once, and takes it back
  }

  async #look(): Promise<void> {
    const database = await this.#parts.writer.foreignChanges(); // first, because it can say of a folder that is gone what happened
    await this.#lookForFragments();
    const before = this.#database;
    this.#database = database;
    if (before !== database) await this.#parts.onDatabase();
  }

  async #lookForFragments(): Promise<void> {
    const {extractedData, writer} = this.#parts;
    const {mtimeMs} = await stat(extractedData);
    if (mtimeMs === this.#directoryMs) return;
    this.#directoryMs = mtimeMs;
    if ((await readdir(extractedData)).some((name) => runOfFragment(name))) writer.mergeSoon();
  }
}
