import {open, rm, statfs} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as after} from 'node:timers/promises';
import {sentenceOf} from '@firstlight/core';

const probeBytes = 256 * 1024;
const lookAgainMs = 2000;
// A quota may grow where nobody sees it, so what did not fit is also tried without a sign of space, ever more seldom.
const firstPatienceMs = 10_000;
const longestPatienceMs = 300_000;

/** Tells whether something failed because the disk, or our share of it, is full. */
export const isDiskFull = (error: unknown): boolean => {
  const code = (error as {code?: unknown} | null)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'disk-full' || saysDiskFull(sentenceOf(error));
};

/** Tells whether a sentence, of a runner for example, is about a disk that is full. */
export const saysDiskFull = (sentence: string): boolean =>
  /No space left on device|Disk quota exceeded|The disk of .* is full/i.test(sentence);

/** Whether there is space where an experiment folder lies; looks again by itself while there is none. */
export class Disk implements AsyncDisposable {
  readonly #directory: string;
  readonly #onChange: (state: 'ok' | 'full') => void;
  readonly #closing = new AbortController();
  #state: 'ok' | 'full' = 'ok';
  #looking: Promise<void> = Promise.resolve();
  #patienceMs = firstPatienceMs;

  constructor(directory: string, onChange: (state: 'ok' | 'full') => void) {
    this.#directory = directory;
    this.#onChange = onChange;
  }

  get state(): 'ok' | 'full' {
    return this.#state;
  }

  /** Says that something did not fit, however little there is; what waits for `ok` goes on when there is more space than now. */
  isFull(): void {
    if (this.#state === 'full' || this.#closing.signal.aborted) return;
    this.#state = 'full';
    this.#onChange('full');
    this.#looking = this.#waitForSpace();
  }

  /** Looks whether there is space, by writing a little; a disk that is full becomes known as such. */
  async hasSpace(): Promise<boolean> {
    if (await this.#fits()) return true;
    this.isFull();
    return false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#looking;
  }

  async #waitForSpace(): Promise<void> {
    const {signal} = this.#closing;
    const patientUntil = performance.now() + this.#patienceMs;
    let least = await this.#freeBytes();
    while (!signal.aborted) {
      await after(lookAgainMs, undefined, {signal}).catch(() => {}); // Aborted: the loop ends.
      const free = await this.#freeBytes();
      const hasGrown = free >= least + probeBytes;
      least = Math.min(least, free);
      if (signal.aborted || (!hasGrown && performance.now() < patientUntil) || !(await this.#fits().catch(() => false))) continue;
      this.#patienceMs = hasGrown ? firstPatienceMs : Math.min(2 * this.#patienceMs, longestPatienceMs);
      this.#state = 'ok';
      this.#onChange('ok');
      return;
    }
  }

  async #fits(): Promise<boolean> {
    try {
      await probe(join(this.#directory, '.space-probe'));
      return true;
    } catch (error) {
      if (isDiskFull(error)) return false;
      throw error;
    }
  }

  /** What is free for us, in bytes; the same always where it cannot be asked. */
  async #freeBytes(): Promise<number> {
    return statfs(this.#directory).then(
      ({bavail, bsize}) => bavail * bsize,
      () => 0,
    );
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
