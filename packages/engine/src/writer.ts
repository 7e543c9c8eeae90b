import {setTimeout as after} from 'node:timers/promises';
import {isFirstlightError, sentenceOf} from '@firstlight/core';
import type {RunId, VariableInfo} from '@firstlight/core';
import {WriterProcess} from '@firstlight/store';
import type {Edit, ForeignHand, MergeReport, NamedCells, RememberedContext, RunFile, TimeComment} from '@firstlight/store';
import {isDiskFull} from './disk.ts';
import type {Log} from './log.ts';

export interface FolderWriterOptions {
  readonly log: Log;
  /** Asked before a merge: the point up to which values are announced. */
  readonly announcements: () => number;
  /** A merge ended well; everything announced up to the point is stored. */
  readonly onMerged: (report: MergeReport, upTo: number) => void;
  /** One sentence that a person should see. */
  readonly onNote: (sentence: string) => void;
  /** The folder is ours again; `why` is the note that told of its loss. */
  readonly onRegained: (why: string) => void;
  /** Something did not fit on the disk; it is tried again. */
  readonly onDiskFull: () => void;
}

const firstRetryMs = 100;
const longestRetryMs = 5000;
// Merging rewrites the run's file, so while values keep coming it has a rest between two merges, the longer the longer they take.
const shortestRestMs = 25;
const longestRestMs = 1000;
const restPerMerge = 4;

/**
 * The folder's one writer, kept at work: a writer that crashed is started again, a full disk is waited for, and nothing asked for is forgotten.
 *
 * Merges happen one after the other; each takes all fragments there are. Nobody waits long who waits: only what is not waited for is put off.
 */
export class FolderWriter implements AsyncDisposable {
  readonly #process: WriterProcess;
  readonly #options: FolderWriterOptions;
  readonly #closing = new AbortController();
  #waiters: PromiseWithResolvers<void>[] = [];
  #merging: Promise<void> | undefined;
  #isWanted = false;
  /** Fragments that we were told of since the last merge. */
  #announced = new Set<string>();
  /** There may be others, so all runs' files have to be looked through. */
  #mustLook = false;
  #restMs = shortestRestMs;
  #wake: () => void = () => {};
  #state: 'alive' | 'restarting' | 'none' = 'alive';
  /** Why the folder is not ours at the moment. */
  #loss: string | undefined;

  private constructor(process: WriterProcess, options: FolderWriterOptions) {
    this.#process = process;
    this.#options = options;
  }

  /** Takes ownership of a folder. Throws `folder-owned`, with the owner's address in its facts, when another process has it. */
  static async open(dir: string, options: FolderWriterOptions): Promise<FolderWriter> {
    return new FolderWriter(await WriterProcess.start(dir), options);
  }

  /** `none`: the folder is lost (see `isLost`). */
  get state(): 'alive' | 'restarting' | 'none' {
    return this.#state;
  }

  /** Whether the folder is not ours at the moment, because another process has taken it or it is not there; it is tried again until it is ours. */
  get isLost(): boolean {
    return this.#loss !== undefined;
  }

  /** Tells others who want the folder where it is served, or (null) that it is not. */
  async announceAddress(address: string | null): Promise<void> {
    await this.#untilDone('announcing the address', async () => this.#process.announceAddress(address));
  }

  /** Stores what a context says of its variables. */
  async updateVariables(variables: readonly VariableInfo[]): Promise<void> {
    await this.#untilDone('storing the variables', async () => this.#process.updateVariables([...variables]));
  }

  /** Makes a run known to the database, if it is not. */
  async ensureRun(run: RunId, addedAt: number): Promise<void> {
    await this.#untilDone('adding a run', async () => this.#process.ensureRun(run, addedAt));
  }

  /** Removes kept data of older versions beyond the policy of the folder; between two parts of it others get their turn. */
  async pruneKept(): Promise<void> {
    while (await this.#untilDone('removing data of old versions', async () => this.#process.pruneKept()));
  }

  /** Makes versions of values that another program has stored or deleted. */
  async noticeCells(cells: readonly NamedCells[]): Promise<void> {
    await this.#untilDone("noting others' values", async () => this.#process.noticeCells(cells));
  }

  /** Makes versions of what another program has changed while nobody watched; between two parts of it others get their turn. */
  async noticeAll(): Promise<void> {
    let after: number | null = 0;
    while (after !== null && !this.#closing.signal.aborted) {
      const from: number = after;
      after = await this.#untilDone("noting others' values", async () => this.#process.noticeNextRows(from));
    }
  }

  /** Remembers what the identities in origins stand for: code, texts of the context, interpreter and packages. */
  async rememberContext(described: RememberedContext): Promise<void> {
    await this.#untilDone('remembering the context', async () => this.#process.rememberContext(described));
  }

  /** Remembers the files that the identity of a run's data stands for. */
  async rememberRunFiles(identity: string, files: readonly RunFile[]): Promise<void> {
    await this.#untilDone("remembering a run's files", async () => this.#process.rememberRunFiles(identity, files));
  }

  /** Makes a change by hand. Throws what is wrong with it: there is somebody who can do something about it. */
  async edit(edit: Edit, author: string | null): Promise<TimeComment | undefined> {
    return this.#process.edit(edit, author);
  }

  /** Deletes a variable with all its values; gives the runs that had one. Throws `no-such-variable`. */
  async deleteVariable(name: string, author: string | null): Promise<RunId[]> {
    await this.merged();
    const runs = await this.#process.orderDeletion(name);
    await this.merged();
    await this.#process.deleteFromDatabase(name, author);
    return runs;
  }

  /** Whether another program changed the database before we took the folder. */
  async foreignHand(): Promise<ForeignHand> {
    return this.#untilDone('asking who changed the database', async () => this.#process.foreignHand());
  }

  /** Leaves a fragment that says why variables have no value; gives its file name. Throws when it cannot be written. */
  async writeFailures(run: RunId, names: readonly string[], message: string): Promise<string> {
    return this.#process.writeFailures(run, names, {errorClass: 'JobError', message});
  }

  /** A number that changes when another program has changed the database, or the writer was started again. */
  async foreignChanges(): Promise<number> {
    try {
      const changes = await this.#process.foreignChanges();
      this.#isAlive();
      return changes;
    } catch (error) {
      if (isLoss(error)) this.#lose(error);
      throw error;
    }
  }

  /**
   * Says that there is a fragment, or (without a name) that there are some, which are merged within a second; returns at once. Those without a name have to be
   * looked for among all runs' files.
   */
  mergeSoon(fragment?: string): void {
    if (fragment === undefined) this.#mustLook = true;
    else this.#announced.add(fragment);
    this.#isWanted = true;
    this.#merging ??= this.#mergeAll();
  }

  /** Waits until every fragment that is there now is merged. Never rejects; does not return when the writer is closed before. */
  async merged(): Promise<void> {
    this.#mustLook = true;
    return this.announcedMerged();
  }

  /** Waits until every fragment that was said to be there is merged, as `merged` does. */
  async announcedMerged(): Promise<void> {
    const waiter = Promise.withResolvers<void>();
    this.#waiters.push(waiter);
    this.#isWanted = true;
    this.#merging ??= this.#mergeAll();
    this.#wake();
    return waiter.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#wake();
    await this.#process[Symbol.asyncDispose]();
    await this.#merging;
  }

  async #mergeAll(): Promise<void> {
    while (this.#isWanted && !this.#closing.signal.aborted) {
      if (this.#waiters.length === 0) await this.#rest();
      if (this.#closing.signal.aborted) break;
      this.#isWanted = false;
      const began = performance.now();
      const waiters = this.#waiters;
      this.#waiters = [];
      const upTo = this.#options.announcements();
      const names = this.#mustLook ? undefined : [...this.#announced];
      this.#mustLook = false;
      this.#announced = new Set();
      const report = await this.#untilDone('storing values', async () => this.#process.merge(names)).catch(() => undefined);
      if (report) this.#tell(report, upTo);
      this.#restMs = Math.min(longestRestMs, Math.max(shortestRestMs, restPerMerge * (performance.now() - began)));
      for (const waiter of report ? waiters : []) waiter.resolve();
    }
    this.#merging = undefined;
  }

  /** Lets fragments gather, until someone waits for them. */
  async #rest(): Promise<void> {
    const {promise, resolve} = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, this.#restMs);
    await promise;
    clearTimeout(timer);
  }

  #tell(report: MergeReport, upTo: number): void {
    for (const {file, reason} of report.quarantined) this.#options.onNote(`${file} could not be stored and was set aside: ${reason}`);
    for (const note of report.notes) this.#options.onNote(note);
    this.#options.onMerged(report, upTo);
  }

  // Only a closed writer ends the attempts: what is asked here must happen, and each of it may be done twice.
  async #untilDone<T>(what: string, action: () => Promise<T>): Promise<T> {
    for (let waitMs = firstRetryMs; ; waitMs = Math.min(2 * waitMs, longestRetryMs)) {
      try {
        const result = await action();
        this.#isAlive();
        return result;
      } catch (error) {
        if (this.#closing.signal.aborted) throw error;
        this.#failed(what, error);
        if (isFirstlightError(error, 'bad-name')) throw error;
        await after(waitMs, undefined, {signal: this.#closing.signal});
      }
    }
  }

  #failed(what: string, error: unknown): void {
    if (isFirstlightError(error, 'helper-crashed')) this.#state = 'restarting';
    if (isLoss(error)) this.#lose(error);
    if (isDiskFull(error)) this.#options.onDiskFull();
    this.#options.log.warn(`The writer failed at ${what} and will try again: ${sentenceOf(error)}`);
  }

  #lose(error: unknown): void {
    if (this.#loss === undefined) this.#options.onNote((this.#loss = sentenceOf(error)));
    this.#state = 'none';
  }

  #isAlive(): void {
    const loss = this.#loss;
    this.#loss = undefined;
    this.#state = 'alive';
    if (loss !== undefined) this.#options.onRegained(loss);
  }
}

const isLoss = (error: unknown): boolean =>
  isFirstlightError(error, 'folder-owned') || isFirstlightError(error, 'folder-missing') || isFirstlightError(error, 'no-folder');
