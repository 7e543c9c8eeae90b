import {asksTheSame} from './entry.ts';
import type {EntryFacts} from './entry.ts';
import {runKey} from './job.ts';
import type {Job} from './job.ts';

/** The jobs of an experiment, in the order they came; knows what may begin next. */
export class JobQueue {
  readonly #jobs = new Map<string, Job>();
  readonly #ofRun = new Map<string, Set<Job>>();
  // Two lines to wait in: those asked for by a person go first.
  readonly #lines = {user: new Set<Job>(), watch: new Set<Job>()};
  #held = new Set<Job>();

  /** Adds a job that waits; one of the same key replaces nothing and is ignored. */
  add(job: Job): void {
    if (this.#jobs.has(job.entry.key)) return;
    this.#jobs.set(job.entry.key, job);
    const ofRun = this.#ofRun.get(runKey(job.entry)) ?? new Set();
    this.#ofRun.set(runKey(job.entry), ofRun.add(job));
    this.#lines[job.entry.by].add(job);
  }

  get(key: string): Job | undefined {
    return this.#jobs.get(key);
  }

  /** All jobs, whatever their state. */
  get all(): Iterable<Job> {
    return this.#jobs.values();
  }

  /** All jobs of a run, whatever their state. */
  ofRun(run: {proposal: number; run: number}): Iterable<Job> {
    return this.#ofRun.get(runKey(run)) ?? [];
  }

  /** A job that has not begun and will do what is asked, or undefined. */
  waitingFor(facts: EntryFacts): Job | undefined {
    return [...this.ofRun(facts)].find((job) => (job.state === 'waiting' || job.state === 'held') && asksTheSame(job.entry, facts));
  }

  /** The next job that may begin: the first that waits, people's before the watcher's, of a run that nothing else works on. */
  next(): Job | undefined {
    for (const line of [this.#lines.user, this.#lines.watch]) {
      for (const job of line) if (!this.#isBusy(job)) return job;
    }
    return undefined;
  }

  /** Puts a job into a state; a waiting one goes to the end of its line, or (it was begun before) to the front. */
  move(job: Job, state: Job['state'], {toFront = false}: {toFront?: boolean} = {}): void {
    this.#leaveLines(job);
    job.state = state;
    if (state === 'held') this.#held.add(job);
    if (state !== 'waiting') return;
    const line = this.#lines[job.entry.by];
    if (toFront) this.#lines[job.entry.by] = new Set([job, ...line]);
    else line.add(job);
  }

  /** Lets a waiting job go before those of the watcher, because now a person asks for it. */
  promote(job: Job): void {
    if (job.entry.by === 'user') return;
    this.#leaveLines(job);
    job.entry = {...job.entry, by: 'user'};
    this.move(job, job.state);
  }

  remove(job: Job): void {
    this.#leaveLines(job);
    this.#jobs.delete(job.entry.key);
    const ofRun = this.#ofRun.get(runKey(job.entry));
    ofRun?.delete(job);
    if (ofRun?.size === 0) this.#ofRun.delete(runKey(job.entry));
  }

  /** The jobs held back by a broken context. */
  get held(): readonly Job[] {
    return [...this.#held];
  }

  /** How many jobs have not begun. */
  get waiting(): number {
    return this.#lines.user.size + this.#lines.watch.size + this.#held.size;
  }

  #isBusy(job: Job): boolean {
    for (const {state} of this.ofRun(job.entry)) if (state === 'running' || state === 'storing') return true;
    return false;
  }

  #leaveLines(job: Job): void {
    this.#lines.user.delete(job);
    this.#lines.watch.delete(job);
    this.#held.delete(job);
  }
}
