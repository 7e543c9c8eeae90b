import {FirstlightError} from '@firstlight/core';
import type {JobEvent} from '@firstlight/core';
import {isAborted, settledOrAborted} from '../signals.ts';

type OneJobEvent = Extract<JobEvent, {job: string}>;

const eventsKept = 100_000;

/** Tells everyone who asked for a job what happens in it. */
export class JobHub {
  readonly #listeners = new Map<string, Set<JobListeners>>();

  /** Passes an event on to those who listen to its job. */
  emit(event: OneJobEvent): void {
    for (const listener of this.#listeners.get(event.job) ?? []) listener.hear(event);
  }

  /** Listens to jobs that are named later. */
  listen(): JobListeners {
    return new JobListeners(this.#listeners);
  }
}

/**
 * Events of some jobs, waiting to be read.
 *
 * Who reads far too slowly gets an error instead of a gap; the jobs go on.
 */
export class JobListeners implements Disposable {
  readonly #all: Map<string, Set<JobListeners>>;
  readonly #jobs = new Set<string>();
  #events: OneJobEvent[] = [];
  #arrival = Promise.withResolvers<void>();
  #isFull = false;

  constructor(all: Map<string, Set<JobListeners>>) {
    this.#all = all;
  }

  /** Hears of one more job. */
  add(job: string): void {
    this.#jobs.add(job);
    this.#all.set(job, (this.#all.get(job) ?? new Set()).add(this));
  }

  hear(event: OneJobEvent): void {
    this.#isFull ||= this.#events.length >= eventsKept;
    if (!this.#isFull) this.#events.push(event);
    this.#arrival.resolve();
  }

  /** Gives what was heard since the last time, at least one event; nothing only when the signal came. */
  async take(signal?: AbortSignal): Promise<OneJobEvent[]> {
    while (this.#events.length === 0 && !this.#isFull && !isAborted(signal)) {
      this.#arrival = Promise.withResolvers();
      await settledOrAborted(this.#arrival.promise, signal);
    }
    if (this.#isFull)
      throw new FirstlightError(
        'too-slow',
        'The events of these jobs were not read fast enough; the jobs go on, the table shows their values.',
      );
    const events = this.#events;
    this.#events = [];
    return events;
  }

  [Symbol.dispose](): void {
    for (const job of this.#jobs) {
      const listeners = this.#all.get(job);
      listeners?.delete(this);
      if (listeners?.size === 0) this.#all.delete(job);
    }
  }
}
