import {allDependencies, dependencyError, isFirstlightError, isGlob, matchesOf, selectVariables, withoutProc} from '@firstlight/core';
import type {Graph, RunnerEvent, RunnerRequest, VariableError, VariableInput} from '@firstlight/core';
import type {Argument, Outcome} from './messages.ts';
import type {Pool} from './pool.ts';
import {WorkerEnded} from './worker.ts';
import type {Worker} from './worker.ts';

export type RunRequest = Extract<RunnerRequest, {type: 'run'}>;
type State = Extract<RunnerEvent, {type: 'value'}>['state'];
type Finished = Pick<Extract<RunnerEvent, {type: 'finished'}>, 'outcome' | 'message'>;

export interface JobEffects {
  emit(event: RunnerEvent): void;
  /** Monotonic time in milliseconds. */
  now(): number;
}

/** A process may end this often without a variable at work before the job gives up. */
const mostIdleEndings = 3;
const startTime = 'start_time';
const withoutSummary = {summary: null, maxDiff: null, kind: null, fragment: null} as const;

/**
 * One run of a context: decides what is computed next and what is missing, while a process of its own executes.
 *
 * If that process ends, the variable at work failed, and the others go on in a new one.
 */
export class Job {
  readonly request: RunRequest;
  readonly #graph: Graph;
  readonly #pool: Pool;
  readonly #effects: JobEffects;
  readonly #errors = new Map<string, VariableError>();
  /** Variables with a value for their dependants. */
  readonly #available = new Set<string>();
  /** Those whose value the process at work has. */
  #held = new Set<string>();
  readonly #cancelled = new Map<string, string>();
  #cancelledAll: string | undefined;
  #timedOut = false;
  #worker: Worker | undefined;
  #atWork: string | undefined;
  #idleEndings = 0;

  constructor(request: RunRequest, graph: Graph, pool: Pool, effects: JobEffects) {
    this.request = request;
    this.#graph = graph;
    this.#pool = pool;
    this.#effects = effects;
  }

  /** Stops one variable, or without a name all that is left. */
  cancel(variable: string | null, reason: string): void {
    if (variable === null) this.#cancelledAll = reason;
    else this.#cancelled.set(variable, reason);
    if (this.#cancellationOf(this.#atWork) !== undefined) this.#worker?.kill();
  }

  #cancellationOf(variable: string | undefined): string | undefined {
    return this.#cancelledAll ?? (variable === undefined ? undefined : this.#cancelled.get(variable));
  }

  /** Runs to the end; never throws. */
  async run(): Promise<void> {
    const {job, limits} = this.request;
    const began = this.#effects.now();
    const timer = limits.seconds === null ? undefined : setTimeout(() => this.#runOutOfTime(), limits.seconds * 1000);
    const finished = await this.#work().catch((error: unknown): Finished => ({outcome: 'failed', message: sentence(error)}));
    clearTimeout(timer);
    await this.#worker?.finish();
    this.#effects.emit({type: 'finished', job, ...finished, seconds: this.#secondsSince(began)});
  }

  #runOutOfTime(): void {
    this.#timedOut = true;
    this.#worker?.kill();
  }

  #secondsSince(began: number): number {
    return Math.max(0, this.#effects.now() - began) / 1000;
  }

  async #work(): Promise<Finished> {
    const all = selectVariables(this.#graph, {trigger: this.request.trigger, names: this.request.variables});
    const needsProc = all.some((name) => this.#graph.variables.get(name)?.data === 'proc');
    const hasProc = this.#cancelledAll === undefined && (await this.#open(needsProc));
    const selected = needsProc && !hasProc ? withoutProc(this.#graph, all) : all;
    const own = this.#graph.variables.has(startTime) ? selected : [startTime, ...selected];
    this.#effects.emit({type: 'started', job: this.request.job, pid: this.#worker?.pid || process.pid, variables: own});
    for (const name of own) await this.#settle(name);
    if (this.#cancelledAll !== undefined) return {outcome: 'cancelled', message: this.#cancelledAll};
    if (this.#timedOut) return {outcome: 'failed', message: this.#timeText()};
    return {
      outcome: 'done',
      message: selected.length < all.length ? 'There is no processed data, so only variables of raw data ran.' : null,
    };
  }

  #timeText(): string {
    return `The job took longer than its limit of ${this.request.limits.seconds} s.`;
  }

  /** Brings a variable to its end, whatever that is. */
  async #settle(name: string): Promise<void> {
    const reason = this.#cancellationOf(name);
    if (reason !== undefined) return this.#settleCancelled(name, reason, 0);
    if (this.#timedOut) return this.#settleFailed(name, {errorClass: 'TimeLimit', message: this.#timeText()}, 0);
    const missing = await this.#missingInputs(name);
    if (missing.length > 0) return this.#settleFailed(name, dependencyError(missing, this.#errors), 0);
    this.#effects.emit({type: 'progress', job: this.request.job, variable: name});
    const began = this.#effects.now();
    try {
      this.#settleComputed(name, await this.#compute(name, true));
    } catch (error) {
      if (!(error instanceof WorkerEnded)) throw error;
      await this.#settleEnded(name, error, this.#secondsSince(began));
    }
    this.#pool.prepare();
  }

  #settleComputed(name: string, outcome: Outcome): void {
    if (outcome.state === 'ok') this.#available.add(name);
    const {error, error_cls: errorClass} = outcome.attributes ?? {};
    if (outcome.state === 'failed' || outcome.state === 'skipped') {
      this.#errors.set(name, {errorClass: errorClass ?? 'Error', message: error ?? ''});
    }
    this.#emitValue(name, outcome);
  }

  #settleCancelled(name: string, message: string, seconds: number): void {
    this.#errors.set(name, {errorClass: 'Cancelled', message});
    const attributes = {error: message, error_cls: 'Cancelled'};
    this.#emitValue(name, {state: 'cancelled', ...withoutSummary, attributes, seconds});
  }

  /** The process ended while it computed this variable. */
  async #settleEnded(name: string, ended: WorkerEnded, seconds: number): Promise<void> {
    const reason = this.#cancellationOf(name);
    if (reason !== undefined) return this.#settleCancelled(name, reason, seconds);
    if (this.#timedOut) return this.#settleFailed(name, {errorClass: 'TimeLimit', message: this.#timeText()}, seconds);
    return this.#settleFailed(name, crashOf(name, ended), seconds);
  }

  /** Stores and tells why a variable has no value; one that is transient leaves nothing behind. */
  async #settleFailed(name: string, error: VariableError, seconds: number): Promise<void> {
    this.#errors.set(name, error);
    const state = error.errorClass === 'Skip' ? 'skipped' : 'failed';
    const attributes = {error: error.message, error_cls: error.errorClass};
    const fragment = this.#graph.variables.get(name)?.transient ? null : await this.#record(name, error);
    this.#emitValue(name, {state, ...withoutSummary, attributes, seconds, fragment});
  }

  #emitValue(name: string, outcome: Omit<Outcome, 'state'> & {state: State}): void {
    const {job, proposal, run} = this.request;
    this.#effects.emit({type: 'value', job, proposal, run, variable: name, ...outcome});
  }

  async #record(name: string, {errorClass, message}: VariableError): Promise<string | null> {
    const worker = await this.#ready();
    return (await worker.ask({type: 'record', name, errorClass, message})).outcome.fragment;
  }

  /** The names of required inputs without a value, one for each input and match; finds out about inputs a process lost. */
  async #missingInputs(name: string): Promise<string[]> {
    await this.#recall(name);
    return this.#inputs(name).flatMap((input) => {
      const matches = matchesOf(input, this.#known());
      const present = matches.filter((match) => this.#available.has(match));
      const isMissing = isGlob(input.name) ? present.length === 0 : present.length < matches.length;
      return isMissing && !input.optional ? matches : [];
    });
  }

  #inputs(name: string): VariableInput[] {
    return (this.#graph.variables.get(name)?.inputs ?? []).filter((input) => input.kind === 'var');
  }

  #known(): Iterable<string> {
    return new Set([startTime, ...this.#graph.order]);
  }

  /** Has the process at work compute again what it needs and lost; their stored values stay as they are. */
  async #recall(name: string): Promise<void> {
    const needed = allDependencies(this.#graph, [name]);
    const wanted = [startTime, ...this.#graph.order].filter((other) => other === startTime || needed.has(other));
    for (const other of wanted) {
      if (!this.#available.has(other) || this.#held.has(other)) continue;
      const error = await this.#computeAgain(other);
      if (!error) continue;
      this.#available.delete(other);
      this.#errors.set(other, error);
      return this.#recall(name);
    }
  }

  async #computeAgain(name: string): Promise<VariableError | undefined> {
    try {
      const {state, attributes} = await this.#compute(name, false);
      if (state === 'ok') return undefined;
      return {errorClass: attributes?.error_cls ?? 'Skip', message: attributes?.error ?? 'gave no value when it was computed again'};
    } catch (error) {
      if (error instanceof WorkerEnded) return crashOf(name, error);
      throw error;
    }
  }

  async #compute(name: string, store: boolean): Promise<Outcome> {
    const worker = await this.#ready();
    this.#atWork = name;
    try {
      const isStartTime = name === startTime && !this.#graph.variables.has(startTime);
      const order = isStartTime
        ? ({type: 'start-time', store} as const)
        : ({type: 'compute', name, arguments: this.#arguments(name), store} as const);
      const {outcome} = await worker.ask(order);
      if (outcome.state === 'ok') this.#held.add(name);
      return outcome;
    } finally {
      this.#atWork = undefined;
    }
  }

  #arguments(name: string): Argument[] {
    return (this.#graph.variables.get(name)?.inputs ?? []).map((input): Argument => {
      const {parameter} = input;
      if (input.kind !== 'var') return {from: 'meta', parameter, field: input.name};
      const present = matchesOf(input, this.#known()).filter((match) => this.#available.has(match));
      if (present.length === 0) return {from: 'default', parameter};
      return isGlob(input.name) ? {from: 'glob', parameter, names: present} : {from: 'variable', parameter, name: present[0] as string};
    });
  }

  /** A process with the run open. */
  async #ready(): Promise<Worker> {
    while (!this.#worker?.isAlive) {
      if (this.#worker && ++this.#idleEndings > mostIdleEndings + this.#errors.size) {
        throw new Error('The process that runs the context ends again and again by itself.');
      }
      await this.#open(false).catch(rethrowUnlessEnded);
    }
    return this.#worker;
  }

  async #open(needsProc: boolean): Promise<boolean> {
    this.#held = new Set();
    this.#worker = this.#pool.take();
    await this.#worker.loaded;
    const {proposal, run, dataRoot, mock, fragments} = this.request;
    return (await this.#worker.ask({type: 'open', proposal, run, dataRoot, mock, needsProc, fragments})).hasProc;
  }
}

const crashOf = (name: string, ended: WorkerEnded): VariableError => ({
  errorClass: 'Crashed',
  message: `While ${name} was computed, ${ended.message}.`,
});

function sentence(error: unknown): string {
  if (error instanceof WorkerEnded) return `The run could not be opened: ${error.message}.`;
  if (isFirstlightError(error) || error instanceof Error) return error.message;
  return String(error);
}

function rethrowUnlessEnded(error: unknown): void {
  if (!(error instanceof WorkerEnded)) throw error;
}
