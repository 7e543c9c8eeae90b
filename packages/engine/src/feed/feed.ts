import type {Cell} from '@firstlight/core';
import {isAborted, settledOrAborted} from '../signals.ts';
import {activeAfter, ChangeLog} from './change-log.ts';
import type {LogLimits} from './change-log.ts';
import type {CellReference, FeedChange} from './encoding.ts';

/** Said instead of changes that are no longer known: load the table anew, then go on after `number`. */
export interface FeedReset {
  readonly number: number;
  readonly reset: true;
}

/** What a follower gets: a change, or word that it has to load the table again. */
export type FeedItem = FeedChange | FeedReset;

/** How changes are gathered and kept. */
export interface FeedOptions extends Partial<LogLimits> {
  /** Changes within this time become one item, the latest of each cell; default 30. */
  readonly burstMs?: number;
  /** Called when changes cannot be written; they are kept, and announced once they can. */
  readonly onTrouble?: (error: unknown) => void;
}

const cellsInMemory = 50_000;
const cellsPerChange = 2000;
const retryMs = 1000;

/**
 * The numbered changes of an experiment: consecutive, replayable also after a restart, bounded.
 *
 * A change is announced only after it is in the log, so that a number never means two things. Who listens pulls at his own speed and
 * shares the items with all others; who is too slow is reset.
 */
export class Feed implements AsyncDisposable {
  /** The cells that were queued or running when the log was last written. */
  readonly activeAtOpen: readonly CellReference[];
  readonly #log: ChangeLog | undefined;
  readonly #options: FeedOptions;
  readonly #recent: FeedChange[] = [];
  readonly #active: Map<string, CellReference>;
  /** Cells to be announced, by name, each with the count of `push` that first brought it. */
  #pending = new Map<string, {readonly cell: Cell; readonly since: number}>();
  #pendingVariables = false;
  /** What is being written now. */
  #taken: readonly unknown[] | undefined;
  #pushes = 0;
  #cellsInRecent = 0;
  #current: number;
  #writing: Promise<void> | undefined;
  #lastAt = -Infinity;
  #announcement = Promise.withResolvers<void>();
  #closed = false;
  #stopWaiting = (): void => {};

  private constructor(log: ChangeLog | undefined, active: readonly CellReference[], options: FeedOptions) {
    this.#log = log;
    this.#options = options;
    this.#current = log?.current ?? 0;
    this.activeAtOpen = active;
    this.#active = new Map(active.map((reference) => [reference.join(':'), reference]));
  }

  /** Opens the feed kept in a directory, or (null) one that is only in memory, for a folder that cannot be written. */
  static async open(directory: string | null, options: FeedOptions = {}): Promise<Feed> {
    if (directory === null) return new Feed(undefined, [], options);
    const {changesPerFile = 10_000, bytesPerFile = 64 * 1024 * 1024} = options;
    const {log, active} = await ChangeLog.open(directory, {changesPerFile, bytesPerFile});
    return new Feed(log, active, options);
  }

  /** The number of the last change; 0 before the first. */
  get current(): number {
    return this.#current;
  }

  /** Takes cells that changed, whole; they are announced within a few tens of milliseconds. */
  push(cells: readonly Cell[], {variables = false}: {variables?: boolean} = {}): void {
    if (this.#closed || (cells.length === 0 && !variables)) return;
    this.#pushes += 1;
    for (const cell of cells) {
      const key = `${cell.proposal}:${cell.run}:${cell.name}`;
      this.#pending.set(key, {cell, since: this.#pending.get(key)?.since ?? this.#pushes});
    }
    this.#pendingVariables ||= variables;
    this.#writing ??= this.#writeAll();
  }

  /** Waits until everything pushed so far is announced. */
  async flush(): Promise<void> {
    const pushes = this.#pushes;
    while (!this.#closed && !this.#isAnnounced(pushes)) {
      this.#stopWaiting();
      await this.#announcement.promise;
    }
  }

  /** Makes all who listen, or listened before, load the table anew: more has changed than can be told. */
  async forget(): Promise<void> {
    while (this.#writing) await this.#writing;
    if (this.#closed || !this.#log) return;
    const forgetting = this.#forgetAll(this.#log);
    this.#writing = this.#writeAfter(forgetting);
    await forgetting;
  }

  /**
   * Gives every change after a number, without gap or repeat, and then those to come, until the signal.
   *
   * When some of them are not known any more (or the number lies ahead) one reset comes first.
   */
  async *since(after: number, signal?: AbortSignal): AsyncGenerator<FeedItem, void, undefined> {
    let at = after;
    while (!isAborted(signal)) {
      if (at === this.#current) {
        if (this.#closed) return;
        await settledOrAborted(this.#announcement.promise, signal);
        continue;
      }
      let known = false;
      for await (const change of this.#changesAfter(at)) {
        if (change.number !== at + 1) break;
        yield change;
        at = change.number;
        known = true;
        if (isAborted(signal)) return;
      }
      if (known) continue;
      at = this.#current;
      yield {number: at, reset: true};
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopWaiting();
    await Promise.race([this.#writing, new Promise((resolve) => setTimeout(resolve, retryMs).unref())]);
    this.#closed = true;
    this.#stopWaiting();
    await this.#writing;
    await this.#log?.[Symbol.asyncDispose]();
    this.#announcement.resolve();
  }

  async #forgetAll(log: ChangeLog): Promise<void> {
    await log.forget([...this.#active.values()]);
    this.#current = log.current;
    this.#recent.length = 0;
    this.#cellsInRecent = 0;
    this.#wakeListeners();
  }

  /** What is pushed while something else goes into the log waits. */
  async #writeAfter(other: Promise<void>): Promise<void> {
    await other.catch(() => {});
    this.#writing = undefined;
    if (this.#pending.size > 0 || this.#pendingVariables) this.#writing = this.#writeAll();
  }

  #changesAfter(at: number): Iterable<FeedChange> | AsyncIterable<FeedChange> {
    const oldest = this.#recent[0]?.number ?? Infinity;
    if (at >= this.#current || !(at >= 0)) return [];
    if (at + 1 >= oldest) return this.#recent.slice(at + 1 - oldest);
    return this.#log && at >= this.#log.oldest ? this.#log.read(at + 1) : [];
  }

  // A cell keeps its place among those that wait, so the first tells how far we are.
  #isAnnounced(pushes: number): boolean {
    const [first] = this.#pending.values();
    return this.#taken === undefined && !this.#pendingVariables && (first === undefined || first.since > pushes);
  }

  async #writeAll(): Promise<void> {
    const {burstMs = 30} = this.#options;
    while (this.#pending.size > 0 || this.#pendingVariables) {
      // The first change after a pause goes out at once, what follows it closely goes together.
      await this.#wait(this.#pending.size > cellsPerChange ? 0 : this.#lastAt + burstMs - performance.now());
      const isWritten = await this.#writeOne();
      if (isWritten) continue;
      if (this.#closed) break;
      await this.#wait(retryMs);
    }
    this.#writing = undefined; // Here and not later: what is pushed next has to start anew.
  }

  async #writeOne(): Promise<boolean> {
    const taken = [...this.#pending].slice(0, cellsPerChange);
    const variables = this.#pendingVariables;
    for (const [key] of taken) this.#pending.delete(key);
    this.#pendingVariables = false;
    this.#taken = taken;
    const cells = taken.map(([, {cell}]) => cell);
    const change: FeedChange = {number: this.#current + 1, cells, ...(variables ? {variables: true as const} : {})};
    try {
      activeAfter(this.#active, change);
      await this.#log?.append(change, () => [...this.#active.values()]);
      this.#taken = undefined;
      this.#announce(change);
      return true;
    } catch (error) {
      this.#taken = undefined;
      this.#pending = new Map([...taken, ...this.#pending]);
      this.#pendingVariables ||= variables;
      this.#options.onTrouble?.(error);
      return false;
    }
  }

  #announce(change: FeedChange): void {
    this.#current = change.number;
    this.#lastAt = performance.now();
    this.#recent.push(change);
    this.#cellsInRecent += change.cells.length;
    while (this.#cellsInRecent > cellsInMemory && this.#recent.length > 1) this.#cellsInRecent -= this.#recent.shift()?.cells.length ?? 0;
    this.#wakeListeners();
  }

  #wakeListeners(): void {
    this.#announcement.resolve();
    this.#announcement = Promise.withResolvers<void>();
  }

  async #wait(ms: number): Promise<void> {
    if (this.#closed) return;
    const {promise, resolve} = Promise.withResolvers<void>();
    if (!(ms > 0)) setImmediate(resolve);
    const timer = ms > 0 ? setTimeout(resolve, ms) : undefined;
    this.#stopWaiting = resolve;
    await promise;
    clearTimeout(timer);
  }
}
