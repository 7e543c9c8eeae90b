import {Worker} from './worker.ts';
import type {WorkerOptions} from './worker.ts';

/** Keeps one process ready with the libraries and the context loaded, so that a job need not wait for them. Each serves one job. */
export class Pool implements Disposable {
  #options: WorkerOptions;
  #spare: Worker | undefined;
  #isClosed = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** The context file. */
  get context(): string {
    return this.#options.context;
  }

  /** Starts the next process now, if none is ready. */
  prepare(): void {
    if (!this.#isClosed && !this.#spare?.isAlive) this.#spare = new Worker(this.#options);
  }

  /** Gives back a process that was only looked at; one that may use less memory than its variables need is replaced. */
  keep(worker: Worker, {heapMb}: Pick<WorkerOptions, 'heapMb'>): void {
    const isTooSmall = heapMb > this.#options.heapMb;
    this.#options = {...this.#options, heapMb};
    if (this.#isClosed || this.#spare?.isAlive || isTooSmall) worker.kill();
    else this.#spare = worker;
  }

  /** A process of one's own; the caller ends it. One to `inspect` waits for a debugger. */
  take({inspect = false}: {inspect?: boolean} = {}): Worker {
    if (inspect) return new Worker({...this.#options, inspect});
    const worker = this.#spare?.isAlive ? this.#spare : new Worker(this.#options);
    this.#spare = undefined;
    return worker;
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#spare?.kill();
    this.#spare = undefined;
  }
}
