import {stat} from 'node:fs/promises';
import {FirstlightError, sentenceOf, type RunId} from '@firstlight/core';
import {realClock, type Clock} from './clock.ts';
import {Rounds, type Visit} from './rounds.ts';
import {RunDirectories, type RunDirectory} from './run-directories.ts';
import {judgeFile, readRunState, unlessMissing, type RunFile} from './run-state.ts';
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

// What one poll may cost besides the newest runs and those in motion, in questions to the file system; more while there are runs never looked at.
const QUESTIONS_IN_TURN = 200;
const FIRST_QUESTIONS = 1000;

interface WatchedRun extends RunDirectory {
  memory: RunMemory;
  /** The signature that was handed on last. */
  seen: string | undefined;
  /** Time of the directory's last change. */
  changedNs: bigint;
}

class Watch {
  readonly #options: WatchOptions;
  readonly #clock: Clock;
  readonly #directories: RunDirectories;
  readonly #rounds = new Rounds();
  readonly #runs = new Map<string, WatchedRun>();
  readonly #inMotion = new Map<string, RunDirectory>();
  readonly #reported = new Set<string>();

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#clock = options.clock ?? realClock;
    this.#directories = new RunDirectories(options.dataRoot, options.proposals);
  }

  /** Looks once at what is in motion, at the newest runs and, in turn, at some of the others; yields the runs that are ready. */
  async *poll(): AsyncGenerator<RunReady, void, undefined> {
    const lists = await this.#reporting(this.#options.dataRoot, () => this.#directories.lists());
    if (!lists) return;
    this.#rounds.update(lists, (path) => this.#runs.has(path));
    const always = new Map([...this.#rounds.newest, ...this.#inMotion.values()].map((directory) => [directory.path, directory]));
    for (const directory of always.values()) {
      if (this.#options.signal.aborted) return;
      yield* this.#look({directory, thorough: true});
    }
    const mostQuestions = this.#rounds.hasFresh ? FIRST_QUESTIONS : QUESTIONS_IN_TURN;
    let questions = 0;
    for (const visit of this.#rounds.inTurn()) {
      if (questions >= mostQuestions || this.#options.signal.aborted) return;
      if (always.has(visit.directory.path)) continue;
      yield* this.#look(visit);
      questions += visit.thorough ? 2 + (this.#runs.get(visit.directory.path)?.memory.state.files.length ?? 0) : 1;
    }
  }

  async *#look({directory, thorough}: Visit): AsyncGenerator<RunReady, void, undefined> {
    const run = await this.#reporting(directory.path, () => this.#remember(directory, thorough));
    if (!run) return;
    const ready = await this.#judge(run);
    if (ready) {
      yield ready;
      await this.#markSeen(run);
    }
    if (isAtRest(run)) this.#inMotion.delete(run.path);
    else this.#inMotion.set(run.path, directory);
  }

  async #remember(directory: RunDirectory, thorough: boolean): Promise<WatchedRun | undefined> {
    const {path, trigger} = directory;
    const known = this.#runs.get(path);
    const changedNs = (await unlessMissing(stat(path, {bigint: true})))?.mtimeNs;
    if (known && !thorough && known.changedNs === changedNs) return known;
    const state = changedNs === undefined ? undefined : await readRunState(path);
    if (changedNs === undefined || !state) return this.#forget(path);
    const seen = known ? known.seen : await this.#options.seen.get(directory, trigger);
    const run = {...directory, memory: remember(known?.memory, state, this.#clock.now()), seen, changedNs};
    this.#runs.set(path, run);
    return run;
  }

  #forget(path: string): undefined {
    this.#runs.delete(path);
    this.#inMotion.delete(path);
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

const isAtRest = ({memory: {state}, seen}: WatchedRun): boolean => state.files.length === 0 || seen === state.signature;

const unreadable = (path: string, cause: unknown): FirstlightError =>
  new FirstlightError('cannot-read-runs', `Runs in ${path} cannot be read: ${sentenceOf(cause)}; they are tried again until it works.`, {
    facts: {path},
    cause,
  });
