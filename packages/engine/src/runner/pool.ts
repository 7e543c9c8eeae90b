import {FirstlightError, isFirstlightError, sentenceOf} from '@firstlight/core';
import type {DescribedEvent} from '@firstlight/core';
import type {ContextFile} from '@firstlight/store';
import {brokenContext, contextVersion, errorOf, problemText} from './context-file.ts';
import {Crew} from './crew.ts';
import type {Launch} from './launch.ts';
import {Runner} from './runner.ts';

export interface PoolOptions {
  readonly context: ContextFile;
  /** True: the folder has a context file in another language, too. */
  readonly isShared?: boolean;
  /** The ways to start a runner, the best first. */
  readonly launches: readonly Launch[];
  /** Runners kept when idle. */
  readonly size: number;
  /** A version of the context file was loaded, or could not be. */
  readonly onContext: (described: DescribedEvent) => void;
  /** One sentence that a person should see. */
  readonly onNote: (sentence: string) => void;
  /** After how long a context that ended its runner is tried again. Default 20 s. */
  readonly retryAfterMs?: number;
}

/** A runner for one job; it is given back when the lease ends. */
export type Lease = {readonly runner: Runner} & AsyncDisposable;

const loadAttempts = 3;
const retryAfterMs = 20_000;

/** Throws `context-broken`, with the problem and its place, when a context cannot run. */
export function throwIfBroken(described: DescribedEvent | undefined): void {
  const problem = described && errorOf(described);
  if (problem) throw new FirstlightError('context-broken', problemText(problem), {facts: {...problem}});
}

/**
 * Warm runners that have the current version of a context file loaded.
 *
 * The file is looked at by `check`; a new version is loaded and described once, a broken one keeps jobs from starting.
 */
export class RunnerPool implements AsyncDisposable {
  readonly #options: PoolOptions;
  readonly #crew: Crew;
  #launch = 0;
  #noted = -1;
  #current: {version: string; text: string; described: DescribedEvent} | undefined;
  /** When to try again what ended its runner; undefined while there is nothing to try. */
  #retryAtMs: number | undefined;
  #checking: Promise<DescribedEvent> | undefined;

  constructor(options: PoolOptions) {
    const {context, isShared = false, size} = options;
    this.#options = options;
    this.#crew = new Crew({
      size,
      start: () => this.#startRunner(),
      load: async (runner) => runner.load(context.contextPath, {shared: isShared}),
      version: () => this.#version,
    });
  }

  /** Describes the current version of the context; undefined while the first is loading. */
  get described(): DescribedEvent | undefined {
    return this.#current?.described;
  }

  /** Waits until the file as it is now is loaded (or found broken). */
  async check(): Promise<DescribedEvent> {
    this.#checking ??= this.#checkNow().finally(() => (this.#checking = undefined));
    return this.#checking;
  }

  /** Gives a runner for one job, after a `check`. Throws `context-broken`, with the problem and its place, when the context cannot run. */
  async lease(): Promise<Lease> {
    const wanted = this.#version;
    const member = await this.#crew.take(wanted);
    // Runners answer at once when nothing changed, and know the modules in other directories, too.
    this.#tell(wanted, await this.#crew.load(member, wanted));
    try {
      throwIfBroken(this.#current?.described);
    } catch (error) {
      this.#crew.giveBack(member);
      throw error;
    }
    return {runner: member.runner, [Symbol.asyncDispose]: async () => this.#crew.giveBack(member)};
  }

  /** Gives a runner that was started for this job and ends with it, after a `check`. Throws as `lease` does. */
  async leaseFresh(): Promise<Lease> {
    throwIfBroken(this.#current?.described);
    const member = this.#crew.takeNew();
    throwIfBroken(await this.#crew.load(member, this.#version));
    return {runner: member.runner, [Symbol.asyncDispose]: async () => this.#crew.dismiss(member)};
  }

  /** Takes no new jobs; runners end when the jobs in them do. */
  retire(): void {
    this.#crew.retire();
  }

  /** Ends all runners at once; the jobs in them are lost. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#crew[Symbol.asyncDispose]();
  }

  get #version(): string {
    return this.#current?.version ?? '';
  }

  async #checkNow(): Promise<DescribedEvent> {
    const {version, text, unreadable} = await contextVersion(
      this.#options.context,
      this.#current?.described.context?.files.map(({path}) => path),
    );
    if (this.#current?.version === version && performance.now() < (this.#retryAtMs ?? Infinity)) return this.#current.described;
    // A runner does not look again at a file that it could not load; a module beside it may be what was wrong.
    if (this.#current?.text === text && errorOf(this.#current.described)) this.#crew.dismissIdle();
    const described = unreadable === undefined ? await this.#loadFirst(version) : brokenContext(this.#options.context, unreadable);
    return this.#tell(version, described, text);
  }

  #tell(version: string, described: DescribedEvent, text = this.#current?.text ?? ''): DescribedEvent {
    const before = this.#current;
    const isSame = before !== undefined && JSON.stringify({...before.described, id: ''}) === JSON.stringify({...described, id: ''});
    this.#current = {version, text, described: isSame ? before.described : described};
    if (!isSame) this.#options.onContext(described);
    return this.#current.described;
  }

  // A context that ends its runner (a crash in a library, an exit) is tried again: the process may have been killed from outside.
  async #loadFirst(version: string): Promise<DescribedEvent> {
    let last: unknown;
    if (this.#retryAtMs !== undefined) this.#launch = 0; // What could not run then may now.
    this.#retryAtMs = undefined;
    for (let attempt = 0; attempt < loadAttempts && !this.#crew.isClosed; attempt++) {
      const member = this.#crew.takeAtOnce();
      try {
        const described = await this.#crew.load(member, version);
        this.#crew.giveBack(member);
        return described;
      } catch (error) {
        last = error;
        if (this.#crew.isClosed) throw error;
        if (!member.runner.hasSpoken && !wasKilled(error) && this.#nextLaunch(error)) attempt -= 1;
        if (isFirstlightError(error, 'runner-fault')) break;
      }
    }
    this.#crew.throwIfClosed();
    // The machine may have been short of something; the file need not change for it to work later.
    if (!isFirstlightError(last, 'runner-fault')) this.#retryAtMs = performance.now() + (this.#options.retryAfterMs ?? retryAfterMs);
    return brokenContext(this.#options.context, this.#whyBroken(last));
  }

  #whyBroken(error: unknown): string {
    const command = this.#options.launches[this.#launch]?.command.file;
    if (command === undefined) return 'No interpreter was found that can run this context; set context_python to one.';
    return isFirstlightError(error, 'runner-fault') ? error.message : `${command} could not load the context. ${sentenceOf(error)}`;
  }

  #nextLaunch(error: unknown): boolean {
    const next = this.#options.launches[this.#launch + 1];
    if (!next) return false;
    this.#launch += 1;
    this.#options.onNote(sentenceOf(error));
    return true;
  }

  #startRunner(): Runner {
    const launch = this.#options.launches[this.#launch];
    if (!launch)
      throw new FirstlightError('no-interpreter', 'No interpreter was found that can run this context; set context_python to one.');
    if (launch.note !== undefined && this.#noted !== this.#launch) this.#options.onNote(launch.note);
    this.#noted = this.#launch;
    return new Runner(launch.command, this.#options.onNote);
  }
}

// By a person, an administrator or a machine that is short of memory: this says nothing of the interpreter.
const wasKilled = (error: unknown): boolean =>
  isFirstlightError(error, 'runner-lost') && error.facts.cause === null && error.facts.signal === 'SIGKILL';
