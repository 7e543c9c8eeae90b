import {fork} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {FirstlightError} from '@firstlight/core';
import {fromPlainError} from './helper-protocol.ts';
import type {ReplyMessage} from './helper-protocol.ts';

/** How a helper process is run. */
export interface HelperOptions {
  /** For messages: `reader of /data/p1234`. Default: the entry's file name. */
  readonly name?: string;
  /** Most calls that may wait (default 256); one more is refused. */
  readonly maxPending?: number;
  /** Command-line arguments of the helper, in `process.argv` from index 2. */
  readonly args?: readonly string[];
  /** Environment of the helper; default: ours. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Told when the helper ended without being asked to. */
  readonly onCrash?: (error: FirstlightError) => void;
}

/** How long a call may take, and how to give up on it. */
export interface CallOptions {
  /** From the call to its answer, waiting included. A call that is being worked on when its time is up costs the helper its life. Default: no limit. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

interface Pending {
  readonly id: number;
  readonly name: string;
  readonly args: unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

// V8 would let it grow to eight times that: the helper would be larger, and reads a large table no faster.
const youngGeneration = '--max-semi-space-size=4';
const disposeGraceMs = 2000;
const startTimeoutMs = 30_000;

/**
 * A process that does what must not block or endanger this one: HDF5 calls block, and a damaged file may crash the library.
 *
 * Calls are made one at a time, in order. When the helper crashes, the call it was working on is rejected with `helper-crashed`, and the next call starts a new
 * helper. It ends with this process, however that ends.
 *
 * @example
 * await using reader = await HelperProcess.start(new URL('./read-entry.ts', import.meta.url));
 * const mean = await reader.call<number>('mean', {path}, {timeoutMs: 10_000});
 */
export class HelperProcess implements AsyncDisposable {
  readonly #entry: string;
  readonly #options: HelperOptions;
  readonly #waiting: Pending[] = [];
  #working: Pending | undefined;
  #child: Promise<ChildProcess> | undefined;
  #running: ChildProcess | undefined;
  #nextId = 1;
  #disposed = false;

  private constructor(entry: URL | string, options: HelperOptions) {
    this.#entry = entry instanceof URL ? fileURLToPath(entry) : entry;
    this.#options = options;
  }

  /** Starts a helper whose entry file calls `serveCalls`. Throws `helper-crashed` when it ends before it is ready. */
  static async start(entry: URL | string, options: HelperOptions = {}): Promise<HelperProcess> {
    const helper = new HelperProcess(entry, options);
    await helper.#ensureChild();
    return helper;
  }

  /** The helper's process id; undefined between a crash and the next call. */
  get pid(): number | undefined {
    return this.#running?.pid;
  }

  /** Calls that wait or are being worked on. */
  get pending(): number {
    return this.#waiting.length + (this.#working ? 1 : 0);
  }

  /**
   * Has the helper do something and gives its result.
   *
   * Throws what the helper threw, `helper-crashed`, `helper-timeout`, `helper-busy` (too many calls wait), `helper-stopped`, or the signal's reason.
   */
  async call<Result = unknown>(name: string, args?: unknown, {timeoutMs, signal}: CallOptions = {}): Promise<Result> {
    signal?.throwIfAborted();
    if (this.#disposed) throw this.#stopped(name);
    const limit = this.#options.maxPending ?? 256;
    if (this.pending >= limit)
      throw new FirstlightError('helper-busy', `The ${this.#name} has ${limit} calls waiting already; try "${name}" again later.`);
    const {promise, resolve, reject} = Promise.withResolvers<unknown>();
    const pending: Pending = {id: this.#nextId++, name, args, resolve, reject};
    const giveUp = (error: unknown) => this.#giveUp(pending, error);
    const onAbort = () => giveUp(signal?.reason);
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => giveUp(this.#timedOut(name, timeoutMs)), timeoutMs);
    signal?.addEventListener('abort', onAbort, {once: true});
    this.#waiting.push(pending);
    this.#workOn();
    try {
      return (await promise) as Result;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Ends the helper: after the call it is working on when that takes less than two seconds, else at once. Waiting calls are rejected. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    for (const pending of this.#waiting.splice(0)) pending.reject(this.#stopped(pending.name));
    const child = await this.#child?.catch(() => undefined);
    if (!child || hasEnded(child)) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const timer = setTimeout(() => child.kill('SIGKILL'), disposeGraceMs);
    // The helper leaves when its channel closes, once it is back in its event loop.
    if (child.connected) child.disconnect();
    await ended;
    clearTimeout(timer);
  }

  get #name(): string {
    return `helper process (${this.#options.name ?? this.#entry.split('/').at(-1)})`;
  }

  #workOn(): void {
    if (this.#working || this.#waiting.length === 0) return;
    const next = this.#waiting.shift() as Pending;
    this.#working = next;
    void this.#handOver(next);
  }

  async #handOver(next: Pending): Promise<void> {
    try {
      this.#send(await this.#ensureChild(), next);
    } catch (error) {
      this.#settle(next, () => next.reject(error));
    }
  }

  #send(child: ChildProcess, {id, name, args}: Pending): void {
    // It may have been given up while the helper started.
    if (this.#working?.id !== id) return;
    try {
      // The callback takes the error of a helper that died meanwhile; its exit tells us.
      child.send({id, name, args}, () => {});
    } catch (error) {
      const pending = this.#working;
      this.#settle(pending, () =>
        pending.reject(
          new FirstlightError('helper-arguments', `The arguments of "${name}" cannot be sent to the ${this.#name}.`, {cause: error}),
        ),
      );
    }
  }

  #settle(pending: Pending, how: () => void): void {
    if (this.#working === pending) this.#working = undefined;
    how();
    if (!this.#disposed) this.#workOn();
  }

  #giveUp(pending: Pending, error: unknown): void {
    const index = this.#waiting.indexOf(pending);
    if (index >= 0) {
      this.#waiting.splice(index, 1);
      pending.reject(error);
      return;
    }
    if (this.#working !== pending) return;
    // It cannot be interrupted inside a library call; its successor starts afresh.
    this.#dropChild();
    this.#settle(pending, () => pending.reject(error));
  }

  #dropChild(): void {
    const child = this.#running;
    this.#running = undefined;
    this.#child = undefined;
    child?.removeAllListeners('exit');
    child?.removeAllListeners('message');
    child?.kill('SIGKILL');
  }

  #ensureChild(): Promise<ChildProcess> {
    if (this.#child === undefined) {
      const starting = this.#startChild();
      this.#child = starting;
      starting.catch(() => {
        if (this.#child === starting) this.#child = undefined;
      });
    }
    return this.#child;
  }

  #startChild(): Promise<ChildProcess> {
    const child = fork(this.#entry, [...(this.#options.args ?? [])], {
      execPath: process.execPath,
      execArgv: [youngGeneration],
      serialization: 'advanced',
      // What a helper prints must not mix with what this process writes to its standard output.
      stdio: ['ignore', 2, 2, 'ipc'],
      ...(this.#options.environment ? {env: this.#options.environment} : {}),
    });
    this.#running = child;
    const {promise, resolve, reject} = Promise.withResolvers<ChildProcess>();
    const timer = setTimeout(() => {
      this.#dropChild();
      reject(new FirstlightError('helper-timeout', `The ${this.#name} was not ready within ${startTimeoutMs / 1000} s.`));
    }, startTimeoutMs);
    child.on('message', (message: ReplyMessage) => {
      if (!('ready' in message)) return this.#onReply(message);
      clearTimeout(timer);
      resolve(child);
    });
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(new FirstlightError('helper-crashed', `The ${this.#name} could not be started.`, {cause: error}));
    });
    child.once('exit', (exitCode, signal) => {
      clearTimeout(timer);
      const error = this.#crashed(exitCode, signal);
      reject(error);
      this.#onExit(child, error);
    });
    return promise;
  }

  #onReply(message: Exclude<ReplyMessage, {ready: true}>): void {
    const pending = this.#working;
    if (pending?.id !== message.id) return;
    this.#settle(pending, () =>
      'error' in message ? pending.reject(fromPlainError(message.error, pending.name)) : pending.resolve(message.result),
    );
  }

  #onExit(child: ChildProcess, error: FirstlightError): void {
    if (this.#running !== child) return;
    this.#running = undefined;
    this.#child = undefined;
    const pending = this.#working;
    if (!this.#disposed) this.#options.onCrash?.(error);
    if (pending) this.#settle(pending, () => pending.reject(error));
  }

  #crashed(exitCode: number | null, signal: NodeJS.Signals | null): FirstlightError {
    const how = signal ? `was ended by signal ${signal}` : `ended with exit code ${exitCode}`;
    const during = this.#working ? ` while it worked on "${this.#working.name}"` : '';
    return new FirstlightError('helper-crashed', `The ${this.#name} ${how}${during}; the next call starts a new one.`, {
      facts: {exitCode, signal, call: this.#working?.name},
    });
  }

  #timedOut(name: string, timeoutMs: number): FirstlightError {
    return new FirstlightError('helper-timeout', `"${name}" took longer than ${timeoutMs} ms in the ${this.#name} and was given up.`, {
      facts: {call: name, timeoutMs},
    });
  }

  #stopped(name: string): FirstlightError {
    return new FirstlightError('helper-stopped', `The ${this.#name} has been stopped; "${name}" is not done.`);
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;
