import {FirstlightError, joinContexts, sentenceOf} from '@firstlight/core';
import type {DescribedEvent, JoinedContexts, Language} from '@firstlight/core';
import type {ContextFile} from '@firstlight/store';
import {periodically} from '../periodically.ts';
import type {Launch} from './launch.ts';
import {RunnerPool, throwIfBroken} from './pool.ts';
import type {Lease, PoolOptions} from './pool.ts';

export interface ContextsOptions extends Pick<PoolOptions, 'size' | 'onContext' | 'onNote'> {
  /** The context files there are at this moment. */
  readonly files: () => readonly [ContextFile, ...ContextFile[]];
  /** The ways to start a runner of a language, the best first. */
  readonly launches: (language: Language) => readonly Launch[];
  /** Default 1000. */
  readonly pollMs?: number;
  /** False: no file is looked at and no runner is started before someone asks. Default true. */
  readonly watch?: boolean;
}

/** Which runner a job wants. */
export interface LeaseWish {
  readonly language: Language;
  /** One that was not started before. */
  readonly isFresh?: boolean;
}

/**
 * The context files of a folder, one for each language, as one context; each language has warm runners of its own.
 *
 * The files are looked at before each job and about once a second.
 */
export class Contexts implements AsyncDisposable {
  readonly #options: ContextsOptions;
  readonly #closing = new AbortController();
  #pools = new Map<Language, RunnerPool>();
  readonly #retired = new Set<RunnerPool>();
  #joined: (JoinedContexts & {readonly parts: readonly DescribedEvent[]}) | undefined;
  #watching: Promise<void> = Promise.resolve();

  private constructor(options: ContextsOptions) {
    this.#options = options;
  }

  /** Starts loading the contexts and looking at their files, if it is to watch them; `described` tells when they are loaded. */
  static start(options: ContextsOptions): Contexts {
    const contexts = new Contexts(options);
    const {pollMs = 1000, watch = true, onNote} = options;
    if (!watch) return contexts;
    const look = async (): Promise<void> => void (await contexts.check());
    contexts.#watching = periodically(pollMs, contexts.#closing.signal, look, (error) => onNote(sentenceOf(error)));
    return contexts;
  }

  /** Describes the current version of the contexts as one; undefined while the first is loading. */
  get described(): DescribedEvent | undefined {
    return this.#joined?.described;
  }

  /** Describes the contexts of `described` one by one, as their runners did. */
  get parts(): readonly DescribedEvent[] {
    return this.#joined?.parts ?? [];
  }

  /** The languages that have a context file. */
  get languages(): readonly Language[] {
    return [...this.#pools.keys()];
  }

  /** The language in which a variable is written. */
  languageOf(name: string): Language {
    return this.#joined?.languageOf.get(name) ?? this.languages[0] ?? 'python';
  }

  /** Waits until the files as they are now are loaded (or found broken). */
  async check(): Promise<DescribedEvent> {
    if (this.#closing.signal.aborted) throw new FirstlightError('closed', 'The experiment was closed.');
    this.#followFiles();
    const pools = [...this.#pools.values()];
    await Promise.all(pools.map(async (pool) => pool.check()));
    const isStillSo = pools.every((pool) => [...this.#pools.values()].includes(pool));
    return isStillSo ? this.#join() : this.check();
  }

  /** Gives a runner for one job, after a `check`. Throws `context-broken`, with the problem and its place, when one of the contexts cannot run. */
  async lease({language, isFresh = false}: LeaseWish): Promise<Lease> {
    throwIfBroken(this.described);
    const pool = this.#pools.get(language);
    if (!pool) throw new FirstlightError('runner-lost', `The folder has no context file in ${language} any more.`);
    return isFresh ? pool.leaseFresh() : pool.lease();
  }

  /** Ends all runners at once; the jobs in them are lost. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#pools.values(), ...this.#retired].map(async (pool) => pool[Symbol.asyncDispose]()));
    await this.#watching;
  }

  // A file that stands alone is checked otherwise than one of two, so a change in which there are begins anew.
  #followFiles(): void {
    const files = this.#options.files();
    if (files.map(({language}) => language).join() === this.languages.join()) return;
    for (const pool of this.#pools.values()) {
      pool.retire();
      this.#retired.add(pool);
    }
    this.#pools = new Map(files.map((context) => [context.language, this.#startPool(context, files.length > 1)]));
  }

  #startPool(context: ContextFile, isShared: boolean): RunnerPool {
    const {launches, size, onNote} = this.#options;
    return new RunnerPool({context, isShared, launches: launches(context.language), size, onNote, onContext: () => void this.#join()});
  }

  // Also when a runner has found by itself that something changed. Until all files are loaded, what was known before stays.
  #join(): DescribedEvent {
    const known = [...this.#pools.values()].map(({described}) => described);
    const parts = known.filter((part) => part !== undefined);
    const [first, ...others] = parts;
    if (!first || parts.length < known.length) return this.#joined?.described ?? (first as DescribedEvent);
    const isSame = this.#joined?.parts.length === parts.length && this.#joined.parts.every((part, index) => part === parts[index]);
    if (this.#joined && isSame) return this.#joined.described;
    this.#joined = {...joinContexts([first, ...others]), parts};
    this.#options.onContext(this.#joined.described);
    return this.#joined.described;
  }
}
