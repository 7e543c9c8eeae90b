import {isFirstlightError, sentenceOf, summaryToJson} from '@firstlight/core';
import type {JobQueued, OpenJob, ValueEvent} from '@firstlight/core';
import type {RunFile} from '@firstlight/store';
import type {Board} from '../board.ts';
import {plannedNames} from '../board.ts';
import {messageOf} from '../cell.ts';
import {isDiskFull, saysDiskFull} from '../disk.ts';
import type {Disk} from '../disk.ts';
import type {Feed} from '../feed/feed.ts';
import type {FolderWriter} from '../writer.ts';
import type {Entry} from './entry.ts';
import type {Inbox} from './inbox.ts';
import {jobOf} from './job.ts';
import type {Job} from './job.ts';
import type {JobHub} from './job-hub.ts';
import {JobQueue} from './job-queue.ts';
import {runJob} from './run-job.ts';
import type {Ending, ProgressEvent, RunJobParts} from './run-job.ts';

export interface SchedulerParts extends Omit<RunJobParts, 'share'> {
  readonly jobsAtOnce: number;
  readonly processors: number;
  readonly inbox: Inbox;
  readonly writer: FolderWriter;
  readonly board: Board;
  readonly changes: Feed;
  readonly hub: JobHub;
  readonly disk: Disk;
  /** One sentence that a person should see. */
  readonly onNote: (sentence: string) => void;
}

const maximumAttempts = 3;
// Jobs whose values wait for the writer; more would only pile up fragments on the disk.
const maximumStoring = 50;
const mostRemembered = 10_000;

/**
 * Gives the jobs of an experiment to runners, and takes them out of the inbox when all their values are stored.
 *
 * Jobs of different runs go side by side, those of one run one after the other.
 */
export class Scheduler {
  readonly #parts: SchedulerParts;
  readonly #queue = new JobQueue();
  readonly #running = new Map<Job, Promise<void>>();
  readonly #storing = new Set<Promise<void>>();
  /** States of runs' files that the folder knows. */
  readonly #remembered = new Set<string>();
  /** Jobs of which a process may have been stopped after it left a value, and before it told us. */
  readonly #interrupted = new WeakSet<Job>();
  #isStopped = false;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
  }

  get counts(): {waiting: number; running: number; held: number} {
    return {waiting: this.#queue.waiting, running: this.#running.size, held: this.#queue.held.length};
  }

  /** The jobs that are not over, the oldest first; those of which only values have to be stored are. */
  get jobs(): OpenJob[] {
    const open = [...this.#queue.all].filter(({state}) => state !== 'storing');
    return open.map(openJob).sort((one, other) => one.since - other.since);
  }

  /** A job that has not begun and does the same already, or undefined. */
  waitingFor(entry: Entry): string | undefined {
    return this.#queue.waitingFor(entry)?.entry.key;
  }

  /** Takes triggers that are in the inbox. */
  add(entries: readonly Entry[], {inspect = false}: {inspect?: boolean} = {}): void {
    for (const entry of entries) {
      const before = this.#queue.get(entry.key);
      if (before) {
        if (entry.by === 'user') this.#queue.promote(before);
        continue;
      }
      const job = jobOf(entry, performance.now(), {inspect});
      this.#queue.add(job);
      this.#announceQueued(job);
    }
    this.dispatch();
  }

  /** Lets a waiting job go first because a person asks for it, and says what waits. */
  join(key: string): JobQueued | undefined {
    const job = this.#queue.get(key);
    if (!job) return undefined;
    this.#queue.promote(job);
    if (job.state === 'held') this.#queue.move(job, 'waiting'); // It may work now; if not, who asks hears why.
    this.#plan(job);
    this.dispatch();
    return this.#queuedEvent(job);
  }

  /** Starts what can be started. */
  dispatch(): void {
    const {disk, jobsAtOnce, writer} = this.#parts;
    while (
      !this.#isStopped &&
      disk.state === 'ok' &&
      writer.state !== 'none' &&
      this.#running.size < jobsAtOnce &&
      this.#storing.size < maximumStoring
    ) {
      const job = this.#queue.next();
      if (!job) return;
      this.#queue.move(job, 'running');
      this.#running.set(
        job,
        this.#execute(job).finally(() => {
          this.#running.delete(job);
          this.dispatch();
        }),
      );
    }
  }

  /** Plans anew what waits, and lets the jobs go on that waited for the context file. */
  contextLoaded(): void {
    const held = this.#queue.held;
    for (const job of held) this.#queue.move(job, 'waiting');
    for (const job of this.#queue.all) if (job.state === 'waiting') this.#plan(job);
    for (const job of held) this.#announceQueued(job);
    this.dispatch();
  }

  /** Stops a job, or one variable of it that has not given its value; false when it is done already, or unknown. */
  async cancel(key: string, variable: string | null, reason: string): Promise<boolean> {
    const job = this.#queue.get(key);
    if (!job || job.state === 'storing' || (variable !== null && !job.names.has(variable))) return false;
    if (variable !== null) job.cancelledVariables.set(variable, reason);
    else if (job.state === 'running') job.cancelled = reason;
    else this.#store(job, {outcome: 'cancelled', message: reason});
    await job.runner?.cancel(key, variable, reason);
    return true;
  }

  /** Starts nothing more and waits for what runs, at most so long; what is not done then stays in the inbox. */
  async stop(maximumMs: number): Promise<void> {
    this.#isStopped = true;
    const timer = Promise.withResolvers<void>();
    const timeout = setTimeout(timer.resolve, maximumMs);
    await Promise.race([Promise.all(this.#running.values()).then(async () => Promise.all(this.#storing)), timer.promise]);
    clearTimeout(timeout);
  }

  #announceQueued(job: Job): void {
    this.#plan(job);
    this.#parts.hub.emit(this.#queuedEvent(job));
  }

  #queuedEvent(job: Job): JobQueued {
    return {event: 'queued', ...this.#identity(job), trigger: job.entry.trigger, variables: job.entry.variables};
  }

  #plan(job: Job): void {
    const {contexts, board} = this.#parts;
    board.queued(job, plannedNames(contexts.described, job.entry), this.#others(job));
  }

  #identity({entry: {key, proposal, run}}: Job): {job: string; proposal: number; run: number} {
    return {job: key, proposal, run};
  }

  // Never rejects: whatever happens to a job ends here.
  async #execute(job: Job): Promise<void> {
    try {
      const share = (): number => Math.max(1, Math.floor(this.#parts.processors / this.#running.size));
      const rememberRunFiles = (identity: string, files: readonly RunFile[]): void => this.#rememberRunFiles(identity, files);
      const ending = await runJob(job, {...this.#parts, share, rememberRunFiles}, (event) => this.#hear(job, event));
      if (ending.outcome === 'failed') {
        const sentence = ending.message ?? 'The runner could not do it.';
        await this.#retry(job, sentence, saysDiskFull(sentence));
      } else this.#store(job, ending);
    } catch (error) {
      if (this.#isStopped) return;
      if (isFirstlightError(error, 'context-broken')) return this.#hold(job, sentenceOf(error));
      await this.#retry(job, sentenceOf(error), isDiskFull(error));
    }
  }

  /** Once for each state of a run's files. */
  #rememberRunFiles(identity: string, files: readonly RunFile[]): void {
    const {writer, log} = this.#parts;
    if (this.#remembered.has(identity)) return;
    if (this.#remembered.size >= mostRemembered) this.#remembered.clear();
    this.#remembered.add(identity);
    void writer.rememberRunFiles(identity, files).catch((error: unknown) => {
      this.#remembered.delete(identity);
      log.warn(sentenceOf(error));
    });
  }

  #hear(job: Job, event: ProgressEvent): void {
    const {board, hub, writer} = this.#parts;
    const others = this.#others(job);
    if (event.type === 'started') {
      board.queued(job, event.variables, others);
      return hub.emit({event: 'started', ...this.#identity(job), variables: event.variables, attempt: job.attempts});
    }
    if (event.type === 'progress') return board.running(job, event.variable);
    if (event.type === 'debugger') return hub.emit({event: 'debugger', ...this.#identity(job), address: event.address});
    const summary = board.value(job, event, others);
    if (event.fragment !== null) writer.mergeSoon(event.fragment);
    if (event.state === 'failed' || event.state === 'cancelled') this.#interrupted.add(job);
    hub.emit({
      event: 'value',
      ...this.#identity(job),
      name: event.variable,
      state: event.state,
      summary: summaryToJson(summary),
      units: event.attributes?.units,
      message: messageOf(event.state, event.attributes),
      seconds: event.seconds,
    });
  }

  #others(job: Job): Job[] {
    return [...this.#queue.ofRun(job.entry)].filter((other) => other !== job);
  }

  // The trigger stays in the inbox, and its work begins when the context file can be loaded again.
  #hold(job: Job, sentence: string): void {
    this.#queue.move(job, 'held');
    job.attempts = 0;
    this.#parts.board.ended(job, this.#others(job));
    this.#tellEnd(job, {outcome: 'failed', message: `${sentence} (The run is processed when the context file is corrected.)`});
  }

  // A full disk and a lost process are not the run's fault; whether something else is, three attempts show.
  async #retry(job: Job, sentence: string, isAboutDisk: boolean): Promise<void> {
    const {log, disk, writer} = this.#parts;
    if (job.cancelled !== undefined) return this.#store(job, {outcome: 'cancelled', message: job.cancelled});
    if (isAboutDisk) disk.isFull(); // Too full for this one; a smaller one may fit, so it goes behind them.
    const isHeld = isAboutDisk || !(await disk.hasSpace().catch(() => true));
    if (isHeld) job.attempts = 0;
    if (job.attempts >= maximumAttempts) return this.#fail(job, sentence);
    log.warn(`${job.entry.key} is begun again: ${sentence}`, {attempts: job.attempts});
    writer.mergeSoon(); // older values that nobody told us of must not come after the next attempt's
    this.#queue.move(job, 'waiting', {toFront: !isHeld});
    this.#plan(job);
  }

  /** Gives a job up: what it has not computed says why. */
  async #fail(job: Job, sentence: string): Promise<void> {
    const {writer, onNote, contexts} = this.#parts;
    const {proposal, run} = job.entry;
    onNote(`Run ${run} of proposal ${proposal} could not be computed: ${sentence}`);
    const stored = (contexts.described?.variables ?? []).filter(({transient, name}) => !transient && job.names.has(name));
    const names = stored.map(({name}) => name);
    // Without a place to write, the table shows it until the next start.
    const fragment = names.length === 0 ? null : await writer.writeFailures(job.entry, names, sentence).catch(() => unstored);
    for (const name of names) this.#hear(job, failureOf(job, name, sentence, fragment));
    this.#store(job, {outcome: 'failed', message: sentence});
  }

  #store(job: Job, ending: Ending): void {
    this.#queue.move(job, 'storing');
    this.#parts.board.ended(job, this.#others(job));
    const storing = this.#end(job, ending).finally(() => {
      this.#storing.delete(storing);
      this.dispatch();
    });
    this.#storing.add(storing);
  }

  // Told last: when someone hears that a job is done, its values are in the folder and its changes in the log.
  async #end(job: Job, ending: Ending): Promise<void> {
    const {writer, changes, inbox, log} = this.#parts;
    const hasToldAll = ending.outcome === 'done' && !this.#interrupted.has(job);
    await (hasToldAll ? writer.announcedMerged() : writer.merged());
    await changes.flush();
    await inbox
      .remove(job.entry.key)
      .catch((error: unknown) => log.warn(`${job.entry.key} stays in the inbox and will be done again: ${sentenceOf(error)}`));
    this.#queue.remove(job);
    this.#tellEnd(job, ending);
  }

  #tellEnd(job: Job, {outcome, message}: Ending): void {
    const seconds = (performance.now() - job.createdAtMs) / 1000;
    this.#parts.hub.emit({event: 'finished', ...this.#identity(job), outcome, message, seconds});
  }
}

const openJob = ({entry, state}: Job): OpenJob => ({
  job: entry.key,
  proposal: entry.proposal,
  run: entry.run,
  trigger: entry.trigger,
  state: state === 'running' ? 'running' : 'queued',
  variables: entry.variables,
  since: entry.requestedAt / 1000,
});

/** Names no file; a value that says so is shown, though it is not in the folder. */
const unstored = '';

const failureOf = ({entry: {key, proposal, run}}: Job, variable: string, message: string, fragment: string | null): ValueEvent => ({
  type: 'value',
  job: key,
  proposal,
  run,
  variable,
  state: 'failed',
  summary: null,
  maxDiff: null,
  attributes: {error: message, error_cls: 'JobError'},
  kind: null,
  seconds: 0,
  fragment,
});
