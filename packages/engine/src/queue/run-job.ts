import type {DescribedEvent, Graph, JobOutcome, Language, RequestOrigin, RunnerEvent} from '@firstlight/core';
import {givenTo} from '@firstlight/core';
import type {ExperimentFolder, RunFile} from '@firstlight/store';
import {graphOf} from '../board.ts';
import type {Log} from '../log.ts';
import type {Contexts} from '../runner/contexts.ts';
import type {JobOrigins} from '../origin/request-origin.ts';
import {throwIfBroken} from '../runner/pool.ts';
import {ProcessLog} from '../runner/process-log.ts';
import type {RunRequest} from '../runner/runner.ts';
import {GivenValues} from './given-values.ts';
import type {Job} from './job.ts';
import {workOf} from './work.ts';
import type {Work} from './work.ts';

export interface RunJobParts {
  /** Where fragments and the process log go. */
  readonly folder: Pick<ExperimentFolder, 'extractedData' | 'processLogs'>;
  /** Directory that holds INSTRUMENT/CYCLE/pNNNNNN, or null for the facility's. */
  readonly dataRoot: string | null;
  readonly contexts: Contexts;
  readonly origins: JobOrigins;
  readonly log: Log;
  /** Processors for a job that begins now. */
  readonly share: () => number;
  /** Keeps which files a run had. */
  readonly rememberRunFiles?: (identity: string, files: readonly RunFile[]) => void;
}

/** What is heard of a job on the way. */
export type ProgressEvent = Extract<RunnerEvent, {type: 'started' | 'progress' | 'value'}> | DebuggerReady;

/** The process of users' code waits for a debugger. */
export interface DebuggerReady {
  readonly type: 'debugger';
  readonly address: string;
}

/** How a job ended, and why if that has to be said. */
export interface Ending {
  readonly outcome: JobOutcome;
  readonly message: string | null;
}

type Hear = (event: ProgressEvent) => void;

/**
 * Has runners do a job, once; what its code prints goes to the run's process log.
 *
 * The variables of a folder with two languages are computed in stages, each by a runner that gets what it needs of those before.
 *
 * Throws `context-broken` before it began, or `runner-lost`.
 */
export async function runJob(job: Job, parts: RunJobParts, hear: Hear): Promise<Ending> {
  job.attempts += 1;
  const described = await parts.contexts.check();
  throwIfBroken(described);
  await using processLog = ProcessLog.open(parts.folder.processLogs, job.entry, (sentence) => parts.log.warn(sentence));
  processLog.write(`# ${new Date().toISOString()} ${job.entry.key}, ${job.entry.trigger} data, attempt ${job.attempts}\n`);
  const {origin, files} = await parts.origins.of(job.entry, described);
  for (const [identity, list] of files) parts.rememberRunFiles?.(identity, list);
  const run = new JobRun(job, parts, {described, origin}, processLog, hear);
  return await run.toItsEnd(); // Awaited here: the log is closed after it.
}

interface Begun {
  readonly described: DescribedEvent;
  readonly origin: RequestOrigin;
}

class JobRun {
  readonly #job: Job;
  readonly #parts: RunJobParts;
  readonly #processLog: ProcessLog;
  readonly #hear: Hear;
  readonly #graph: Graph;
  readonly #work: readonly Work[];
  readonly #given: GivenValues;
  readonly #origin: RequestOrigin;

  constructor(job: Job, parts: RunJobParts, {described, origin}: Begun, processLog: ProcessLog, hear: Hear) {
    this.#job = job;
    this.#origin = origin;
    this.#given = new GivenValues(job.entry.only?.given);
    this.#parts = parts;
    this.#processLog = processLog;
    this.#hear = hear;
    this.#graph = graphOf(described);
    this.#work = workOf(job.entry, this.#graph, parts.contexts);
  }

  async toItsEnd(): Promise<Ending> {
    const messages: string[] = [];
    for (const work of this.#work) {
      const {outcome, message} = await this.#runStage(work);
      if (outcome !== 'done') return {outcome, message};
      if (message !== null) messages.push(message);
    }
    return {outcome: 'done', message: messages.length > 0 ? messages.join(' ') : null};
  }

  async #runStage(work: Work): Promise<Ending> {
    const job = this.#job;
    await using lease = await this.#parts.contexts.lease({language: work.language, isFresh: job.entry.cold === true});
    const {runner} = lease;
    if (job.cancelled !== undefined) return {outcome: 'cancelled', message: job.cancelled};
    job.runner = runner;
    try {
      return await runner.run(this.#requestOf(work), {
        output: (piece) => this.#hearOutput(piece),
        event: (event) => {
          if (event.type === 'started') this.#started(event, work);
          else if (event.type !== 'value' || this.#given.take(event)) this.#hear(event);
        },
      });
    } finally {
      job.runner = undefined;
    }
  }

  #started(event: Extract<ProgressEvent, {type: 'started'}>, work: Work): void {
    const job = this.#job;
    // Someone may have cancelled it, or a variable of it, when the runner did not know it yet.
    if (job.cancelled !== undefined) void job.runner?.cancel(job.entry.key, null, job.cancelled);
    for (const [name, reason] of job.cancelledVariables)
      if (event.variables.includes(name)) void job.runner?.cancel(job.entry.key, name, reason);
    if (work !== this.#work[0]) return;
    const later = this.#work.slice(1).flatMap(({variables}) => variables ?? []);
    this.#hear({...event, variables: [...event.variables, ...later]});
  }

  #hearOutput(piece: Buffer): void {
    this.#processLog.write(piece);
    if (!this.#job.inspect) return;
    const address = /Debugger listening on (ws:\S+)/.exec(piece.toString())?.[1];
    if (address !== undefined) this.#hear({type: 'debugger', address});
  }

  #requestOf({variables, trigger, isAlone, language}: Work): RunRequest {
    const {entry, attempts, inspect} = this.#job;
    const {key, proposal, run, mock, parameters, parallel = this.#parts.share()} = entry;
    return {
      type: 'run',
      job: key,
      proposal,
      run,
      trigger,
      variables: variables && [...variables],
      mock,
      dataRoot: this.#parts.dataRoot,
      attempt: attempts,
      fragments: this.#parts.folder.extractedData,
      limits: {seconds: null},
      ...(parameters && {parameters}),
      parallel,
      ...(!isAlone && {foreign: this.#given.list(givenTo(this.#graph, {language, variables: variables ?? []}))}),
      ...(isAlone && entry.only && {foreign: [...entry.only.given]}),
      ...(entry.only && {only: true}),
      origin: this.#origin,
      ...(inspect && language === ('typescript' satisfies Language) && {inspect}),
    };
  }
}
