import type {FolderWriter} from './writer.ts';

const restMs = 5000; // values of a run come together, and so do those that they replace
const atMostEveryMs = 60_000;

/** Has kept data of older versions removed when there may be too much of it: some time after more was kept, and not too often. */
export class Pruning {
  readonly #writer: Pick<FolderWriter, 'pruneKept'>;
  readonly #onTrouble: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #lastMs = -Infinity;
  #isMore = false;
  #isOver = false;

  constructor(writer: Pick<FolderWriter, 'pruneKept'>, onTrouble: (error: unknown) => void) {
    this.#writer = writer;
    this.#onTrouble = onTrouble;
  }

  /** Says that more was kept, or (at the start) that a crash may have left something. Returns at once. */
  soon({isMore = true}: {isMore?: boolean} = {}): void {
    this.#isMore ||= isMore;
    if (this.#isOver) return;
    const waitMs = Math.max(restMs, this.#lastMs + atMostEveryMs - performance.now());
    this.#timer ??= setTimeout(() => void this.#prune(), waitMs).unref();
  }

  /** Ends it; what was kept since the last time is looked at now. */
  async close(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    if (this.#isMore) await this.#prune();
  }

  async #prune(): Promise<void> {
    this.#timer = undefined;
    this.#isMore = false;
    this.#lastMs = performance.now();
    await this.#writer.pruneKept().catch(this.#onTrouble);
  }
}
