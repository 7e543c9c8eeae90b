import {open, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as after} from 'node:timers/promises';

const probeBytes = 256 * 1024;
const lookAgainMs = 2000;

/** Tells whether something failed because the disk, or our share of it, is full. */
export const isDiskFull = (error: unknown): boolean => {
  const code = (error as {code?: unknown} | null)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'disk-full';
};

/** Whether there is space where an experiment folder lies; looks again by itself while there is none. */
export class Disk implements AsyncDisposable {
  readonly #directory: string;
  readonly #onChange: (state: 'ok' | 'full') => void;
  readonly #closing = new AbortController();
  #state: 'ok' | 'full' = 'ok';
  #looking: Promise<void> = Promise.resolve();

  constructor(directory: string, onChange: (state: 'ok' | 'full') => void) {
    this.#directory = directory;
    this.#onChange = onChange;
  }

  get state(): 'ok' | 'full' {
    return this.#state;
  }

  /** Says that something did not fit; what waits for `ok` goes on when it fits again. */
  isFull(): void {
    if (this.#state === 'full' || this.#closing.signal.aborted) return;
    this.#state = 'full';
    this.#onChange('full');
    this.#looking = this.#waitForSpace();
  }

  /** Looks whether there is space, by writing a little; a disk that is full becomes known as such. */
  async hasSpace(): Promise<boolean> {
    try {
      await probe(join(this.#directory, '.space-probe'));
      return true;
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.isFull();
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#looking;
  }

  async #waitForSpace(): Promise<void> {
    const {signal} = this.#closing;
    while (!signal.aborted) {
      await after(lookAgainMs, undefined, {signal}).catch(() => {}); // Aborted: the loop ends.
      if (signal.aborted || !(await this.hasSpace().catch(() => false))) continue;
      this.#state = 'ok';
      this.#onChange('ok');
      return;
    }
  }
}

async function probe(path: string): Promise<void> {
  try {
    await using file = await open(path, 'w');
    await file.writeFile(Buffer.alloc(probeBytes));
    await file.sync();
  } finally {
    await rm(path, {force: true});
  }
}
