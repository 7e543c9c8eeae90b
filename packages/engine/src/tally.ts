import type {AllFinished, JobEvent, ValueState} from '@firstlight/core';

/** Counts jobs and values; one computed again after a crash counts once. */
export class Tally {
  readonly #open = new Set<string>();
  readonly #states = new Map<string, ValueState>();

  get open(): number {
    return this.#open.size;
  }

  expect(job: string): void {
    this.#open.add(job);
  }

  count(event: JobEvent): void {
    if (event.event === 'value') this.#states.set(`${event.job} ${event.name}`, event.state);
    if (event.event === 'finished' && 'job' in event) this.#open.delete(event.job);
  }

  values(): AllFinished['values'] {
    const values = {ok: 0, none: 0, skipped: 0, failed: 0, cancelled: 0};
    for (const state of this.#states.values()) values[state] += 1;
    return values;
  }
}
