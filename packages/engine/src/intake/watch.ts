import {FirstlightError, sentenceOf, type RunId} from '@firstlight/core';
import {realClock, type Clock} from './clock.ts';
import {RunDirectories, type RunDirectory} from './run-directories.ts';
import {judgeFile, readRunState, type RunFile} from './run-state.ts';
import type {DataTrigger, SeenStore} from './seen.ts';
import {isGivenUp, isSettled, onlyShrank, remember, type RunMemory} from './settle.ts';

export interface WatchOptions {
  /** Directory that holds INSTRUMENT/CYCLE/pNNNNNN. */
  readonly dataRoot: string;
  readonly proposals: readonly number[];
  /** Which states were handed on before. */
  readonly seen: SeenStore;
  readonly signal: AbortSignal;
  /** How often the data root is looked at, in milliseconds. */
  readonly pollMs?: number;
  /** How long a run's files have to stay as they are, in milliseconds. */
  readonly settleMs?: number;
  /** How long an incomplete file that does not change holds its run back, in milliseconds. */
  readonly damagedMs?: number;
  /** Is told about directories that cannot be read, once each; watching goes on. */
  readonly onProblem?: (problem: FirstlightError) => void;
  readonly clock?: Clock;
}

/** A run whose data can be read. */
export interface RunReady extends RunId {
  readonly trigger: DataTrigger;
  readonly directory: string;
  /** Names the state of the files: names, sizes, times. */
  readonly signature: string;
  readonly files: readonly RunFile[];
  /** What is wrong with files that stayed incomplete, one sentence each. */
  readonly damaged: readonly string[];
}

/**
 * Watches the data of some proposals and hands on every run when its files are complete: once per state of its files, so a late or changed file hands the run on
 * again. Directories may be missing and appear later.
 *
 * A state counts as handed on (in `seen`) when the consumer asks for the next run; with the same `seen`, a new watch misses nothing and repeats nothing else.
 *
 * @example
 * for await (const ready of watchRuns({dataRoot, proposals: [1234], seen, signal})) await queue.add(ready);
 */
export async function* watchRuns(options: WatchOptions): AsyncGenerator<RunReady, void, undefined> {
  const {pollMs = 500, signal, clock = realClock} = options;
  const watch = new Watch(options);
  while (!signal.aborted) {
    yield* watch.poll();
    if (!signal.aborted) await clock.sleep(pollMs, signal);
  }
}

// The work of a poll is bounded: the newest runs and those in motion are looked at every time, of the others so many files, in turn.
const NEWEST_RUNS = 8;
const FILES_IN_TURN = 500;

interface WatchedRun extends RunDirectory {
  memory: RunMemory;
  /** The signature that was handed on last. */
  seen: string | undefined;
}

class Watch {
  readonly #options: WatchOptions;
  readonly #clock: Clock;
  readonly #directories: RunDirectories;
  readonly #runs = new Map<string, WatchedRun>();
  readonly #inMotion = new Map<string, RunDirectory>();
  readonly #reported = new Set<string>();
  #turn = 0;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#clock = options.clock ?? realClock;
    this.#directories = new RunDirectories(options.dataRoot, options.proposals);
  }

  /** Looks once; yields the runs that are ready. */
  async *poll(): AsyncGenerator<RunReady, void, undefined> {
    const lists = await this.#reporting(this.#options.dataRoot, () => this.#directories.lists());
    if (!lists) return;
    const every = new Set([...this.#inMotion.values(), ...lists.flatMap((runs) => runs.slice(0, NEWEST_RUNS))].map(({path}) => path));
    const all = lists.flat();
    yield* this.#lookAt([...this.#inMotion.values(), ...all.filter(({path}) => every.has(path) && !this.#inMotion.has(path))]);
    yield* this.#lookAt(this.#others(all, every), FILES_IN_TURN);
  }

  async *#lookAt(directories: Iterable<RunDirectory>, maxFiles = Number.POSITIVE_INFINITY): AsyncGenerator<RunReady, void, undefined> {
    let files = 0;
    for (const directory of directories) {
      if (files >= maxFiles || this.#options.signal.aborted) return;
      yield* this.#look(directory);
      files += 1 + (this.#runs.get(directory.path)?.memory.state.files.length ?? 0);
    }
  }

  /** Runs never looked at, newest first, then the rest from where the last poll stopped. */
  *#others(all: readonly RunDirectory[], except: ReadonlySet<string>): Generator<RunDirectory, void, undefined> {
    const unknown = new Set(all.filter(({path}) => !this.#runs.has(path) && !except.has(path)));
    yield* unknown;
    for (let i = 0; i < all.length; i++) {
      const directory = all[this.#turn++ % all.length];
      if (directory && !except.has(directory.path) && !unknown.has(directory)) yield directory;
    }
  }

  async *#look(directory: RunDirectory): AsyncGenerator<RunReady, void, undefined> {
    const run = await this.#reporting(directory.path, () => this.#remember(directory));
    if (!run) return;
    const ready = await this.#judge(run);
    if (ready) {
      yield ready;
      await this.#markSeen(run);
    }
    const rests = run.memory.state.files.length === 0 || run.seen === run.memory.state.signature;
    if (rests) this.#inMotion.delete(run.path);
    else this.#inMotion.set(run.path, directory);
  }

  async #remember(directory: RunDirectory): Promise<WatchedRun | undefined> {
    const state = await readRunState(directory.path);
    if (!state) {
      this.#runs.delete(directory.path);
      this.#inMotion.delete(directory.path);
      return undefined;
    }
    const known = this.#runs.get(directory.path);
    const seen = known ? known.seen : await this.#options.seen.get(directory, directory.trigger);
    const run = {...directory, memory: remember(known?.memory, state, this.#clock.now()), seen};
    this.#runs.set(directory.path, run);
    return run;
  }

  async #judge(run: WatchedRun): Promise<RunReady | undefined> {
    const {settleMs = 1000, damagedMs = 10_000} = this.#options;
    const {memory, proposal, trigger, path} = run;
    if (memory.state.signature === run.seen) return undefined;
    if (onlyShrank(memory)) {
      await this.#markSeen(run);
      return undefined;
    }
    const nowMs = this.#clock.now();
    if (!isSettled(memory, nowMs, settleMs)) return undefined;
    const damaged: string[] = [];
    for (const file of memory.state.files) {
      const verdict = await judgeFile(path, file);
      if (verdict.state === 'complete') continue;
      if (!isGivenUp(memory, file, nowMs, damagedMs)) return undefined;
      damaged.push(`${file.name} ${verdict.reason}.`);
    }
    const {files, signature} = memory.state;
    // The files may have changed while we looked into them.
    if ((await readRunState(path))?.signature !== signature) return undefined;
    return {proposal, run: run.run, trigger, directory: path, signature, files, damaged};
  }

  async #markSeen(run: WatchedRun): Promise<void> {
    const {state} = run.memory;
    await this.#options.seen.set(run, run.trigger, state.signature);
    run.seen = state.signature;
    run.memory = {...run.memory, announced: state};
  }

  /** Runs something that reads a directory; what the file system refuses is reported once, and looked at again at the next poll. */
  async #reporting<T>(path: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await read();
      this.#reported.delete(path);
      return result;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      if (!this.#reported.has(path)) this.#options.onProblem?.(unreadable(path, error));
      this.#reported.add(path);
      return undefined;
    }
  }
}

const unreadable = (path: string, cause: unknown): FirstlightError =>
  new FirstlightError('cannot-read-runs', `Runs in ${path} cannot be read: ${sentenceOf(cause)}; they are tried again until it works.`, {
    facts: {path},
    cause,
  });
