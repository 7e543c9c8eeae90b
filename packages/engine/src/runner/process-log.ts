import {chmod, open} from 'node:fs/promises';
import type {FileHandle} from 'node:fs/promises';
import {join} from 'node:path';
import {logFileName, sentenceOf} from '@firstlight/core';
import type {RunId} from '@firstlight/core';

const maximumBytes = 10 * 1024 * 1024;

/** What the code of one job prints, at the end of its run's file in `process_logs/`. Printing more than 10 MB is cut, with a word about it. */
export class ProcessLog implements AsyncDisposable {
  readonly #trouble: (sentence: string) => void;
  #writing: Promise<FileHandle | undefined>;
  #bytes = 0;

  private constructor(file: Promise<FileHandle | undefined>, trouble: (sentence: string) => void) {
    this.#writing = file;
    this.#trouble = trouble;
  }

  /** Opens a run's log to append; a log that cannot be written costs a word to `trouble` and nothing else. */
  static open(directory: string, run: RunId, trouble: (sentence: string) => void): ProcessLog {
    const path = join(directory, logFileName(run));
    const file = openShared(path).catch((error: unknown) => {
      trouble(`${path} cannot be written, what the code of this run prints is lost: ${sentenceOf(error)}`);
      return undefined;
    });
    return new ProcessLog(file, trouble);
  }

  /** Appends a piece; returns at once. */
  write(piece: Buffer | string): void {
    if (this.#bytes > maximumBytes) return;
    this.#bytes += piece.length;
    const cut = this.#bytes > maximumBytes ? '\n[The rest of what this job printed is left out: it is more than 10 MB.]\n' : '';
    this.#writing = this.#writing.then(async (file) => this.#append(file, piece, cut));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const file = await this.#writing;
    await file?.close();
    this.#writing = Promise.resolve(undefined);
  }

  async #append(file: FileHandle | undefined, ...pieces: (Buffer | string)[]): Promise<FileHandle | undefined> {
    try {
      for (const piece of pieces) if (piece.length > 0) await file?.appendFile(piece);
      return file;
    } catch (error) {
      this.#trouble(`What the code of this run prints cannot be written any more: ${sentenceOf(error)}`);
      await file?.close();
      return undefined;
    }
  }
}

// Everybody in the group appends to the same log, whoever made it.
async function openShared(path: string): Promise<FileHandle> {
  const file = await open(path, 'a', 0o666);
  await chmod(path, 0o666).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPERM') throw error; // Not ours; its owner has opened it to all.
  });
  return file;
}
