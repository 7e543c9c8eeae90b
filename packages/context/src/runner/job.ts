import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {
  allDependencies,
  dependencyError,
  isGlob,
  matchesOf,
  selectVariables,
  sentenceOf,
  unfinishedFragment,
  withoutGiven,
  withoutProc,
} from '@firstlight/core';
import type {ForeignValue, Graph, RunnerEvent, RunnerRequest, ValueEvent, VariableError, VariableInput} from '@firstlight/core';
import {isMissingName} from '../group/missing.ts';
import {catalogueError, mymdcCatalogue} from './catalogue.ts';
import type {Catalogue, RunFacts} from './catalogue.ts';
import {placeText} from './child/failures.ts';
import {defaultMemoryBytes, watchFamily} from './limits.ts';
import type {Argument, Order, Outcome} from './messages.ts';
import type {LoadedContext} from './context.ts';
import {Origins} from './origins.ts';
import type {Pool} from './pool.ts';
import {WorkerEnded} from './worker.ts';
import type {Worker} from './worker.ts';

export type RunRequest = Extract<RunnerRequest, {type: 'run'}>;
type Finished = Pick<Extract<RunnerEvent, {type: 'finished'}>, 'outcome' | 'message'>;
type ComputeOrder = Extract<Order, {type: 'compute' | 'start-time'}>;

export interface JobEffects {
  emit(event: RunnerEvent): void;
  /** Monotonic time in milliseconds. */
  now(): number;
  /** Where `mymdc` inputs come from; default: the facility's catalogue. */
  readonly catalogue?: Catalogue;
}

/** A context that is loaded, with processes to run it in. */
export interface Loaded extends Pick<LoadedContext, 'graph' | 'description'> {
  readonly pool: Pool;
}

/** A process may end this often between two variables before the job gives up. */
const mostIdleEndings = 3;
const startTime = 'start_time';
const noValue = {summary: null, maxDiff: null, attributes: null, kind: null, fragment: null} as const;

/**
 * One run of a context: decides what is computed next and what is missing, while a process of its own executes.
 *
 * If that process ends, the variable at work failed, and the others go on in a new one.
 */
export class Job {
  readonly request: RunRequest;
  /** What is left to compute. */
  readonly #graph: Graph;
  /** What was computed before, elsewhere. */
  readonly #given: ReadonlyMap<string, ForeignValue>;
  readonly #pool: Pool;
  readonly #effects: JobEffects;
  readonly #origins: Origins;
  readonly #errors = new Map<string, VariableError>();
  /** Variables with a value for their dependants. */
  readonly #available = new Set<string>();
  /** Those whose value the process at work has. */
  #held = new Set<string>();
  /** What the metadata catalogue says, as far as it was asked. */
  readonly #facts = new Map<string, {value: unknown} | {error: VariableError}>();
  #catalogue: RunFacts | undefined;
  #proposalPath: string | null = null;
  readonly #cancelled = new Map<string, string>();
  #cancelledAll: string | undefined;
  #worker: Worker | undefined;
  #atWork: string | undefined;
  #idleEndings = 0;
  #planned: readonly string[] = [];
  readonly #announced = new Set<string>();

  constructor(request: RunRequest, {graph, pool, description}: Loaded, effects: JobEffects) {
    this.request = request;
    this.#origins = new Origins(request, description);
    this.#given = new Map((request.foreign ?? []).map((value) => [value.name, value]));
    this.#graph = this.#given.size === 0 ? graph : withoutGiven(graph, new Set(this.#given.keys()));
    this.#pool = pool;
    this.#effects = effects;
    for (const {name, fragment, error} of this.#given.values()) {
      if (fragment !== null) this.#available.add(name);
      if (error) this.#errors.set(name, error);
    }
  }

  /** Stops one variable, or without a name all that is left. */
  cancel(variable: string | null, reason: string): void {
    if (variable === null) this.#cancelledAll = reason;
    else this.#cancelled.set(variable, reason);
    // A variable that is computed again was announced before, so it is only stopped with the whole job.
    const isAtWork = this.#atWork !== undefined && !this.#announced.has(this.#atWork) && this.#cancelled.has(this.#atWork);
    if (isAtWork || variable === null) this.#worker?.kill();
  }

  /** Runs to the end; never throws. */
  async run(): Promise<void> {
    const began = this.#effects.now();
    const finished = await this.#work().catch((error: unknown): Finished => ({outcome: 'failed', message: sentenceOf(error)}));
    await this.#worker?.finish();
    const outcome = this.#cancelledAll === undefined ? finished : this.#cancelRest(this.#cancelledAll);
    this.#effects.emit({type: 'finished', job: this.request.job, ...outcome, seconds: this.#secondsSince(began)});
  }

  /** What others hear of: what stands for a link that is not there is no variable of the file. */
  get #told(): string[] {
    return this.#planned.filter((name) => !isMissingName(name) && !this.#isSilent(name));
  }

  /** Whether a variable is computed only because others need it. */
  #isSilent(name: string): boolean {
    return this.request.only === true && this.request.variables?.includes(name) !== true;
  }

  #cancelRest(message: string): Finished {
    for (const name of this.#planned) if (!this.#announced.has(name)) this.#settleCancelled(name, message, 0);
    return {outcome: 'cancelled', message};
  }

  #secondsSince(began: number): number {
    return Math.max(0, this.#effects.now() - began) / 1000;
  }

  async #work(): Promise<Finished> {
    const {selected, notes} = this.#select();
    const needsProc = selected.some((name) => this.#graph.variables.get(name)?.data === 'proc');
    const left = (await this.#openFirst(needsProc)) ? selected : withoutProc(this.#graph, selected);
    const out = selected.filter((name) => !left.includes(name)).sort();
    if (out.length > 0) notes.push(`Run ${this.request.run} has no calibrated data, left out: ${out.join(', ')}`);
    this.#planned = this.#graph.variables.has(startTime) || this.#given.has(startTime) ? left : [startTime, ...left];
    this.#effects.emit({type: 'started', job: this.request.job, pid: this.#worker?.pid ?? process.pid, variables: this.#told});
    for (const name of this.#planned) if (this.#cancelledAll === undefined) await this.#settle(name);
    return {outcome: 'done', message: notes.length === 0 ? null : `${notes.join('; ')}.`};
  }

  #select(): {selected: string[]; notes: string[]} {
    const {trigger, variables} = this.request;
    const unknown = (variables ?? []).filter((name) => name !== startTime && !this.#graph.variables.has(name));
    const notes = unknown.length === 0 ? [] : [`The context has no variable named ${unknown.join(', ')}`];
    if (unknown.length > 0 && unknown.length === variables?.length) throw new Error(`${notes[0]}; nothing was computed.`);
    return {selected: selectVariables(this.#graph, {trigger, names: variables}), notes};
  }

  async #openFirst(needsProc: boolean): Promise<boolean> {
    try {
      return await this.#open(needsProc);
    } catch (error) {
      if (error instanceof WorkerEnded) throw new Error(`While the run's data was being opened, ${error.message}.`, {cause: error});
      throw error;
    }
  }

  /** Brings a variable to its end, whatever that is. */
  async #settle(name: string): Promise<void> {
    const missing = await this.#missingInputs(name);
    await this.#askCatalogue(name);
    const worker = await this.#ready();
    // From here on a cancellation finds the variable at work: nothing is waited for in between.
    if (this.#cancelledAll !== undefined) return this.#settleCancelled(name, this.#cancelledAll, 0);
    const reason = this.#cancelled.get(name);
    if (reason !== undefined) return this.#settleFailed(name, {errorClass: 'Cancelled', message: reason}, 0);
    if (missing.length > 0) return this.#settleFailed(name, dependencyError(missing, this.#errors), 0);
    const notGiven = this.#missingParameters(name);
    if (notGiven.length > 0) return this.#settleNotGiven(name, notGiven);
    const unknown = this.#unknownFact(name);
    if (unknown) return this.#settleFailed(name, unknown, 0);
    if (!isMissingName(name) && !this.#isSilent(name)) this.#effects.emit({type: 'progress', job: this.request.job, variable: name});
    const began = this.#effects.now();
    try {
      this.#settleComputed(name, await this.#compute(worker, name, !this.#isSilent(name)));
    } catch (error) {
      if (!(error instanceof WorkerEnded)) throw error;
      await this.#settleEnded(name, error, this.#secondsSince(began));
    }
    // The next job, or what a crash leaves of this one, finds a process ready.
    this.#pool.prepare();
  }

  #settleComputed(name: string, outcome: Outcome): void {
    if (outcome.hasData) this.#available.add(name);
    const error = errorOf(outcome);
    if (error) this.#errors.set(name, error);
    const {state, summary, maxDiff, attributes, kind, seconds, fragment} = outcome;
    this.#emitValue({variable: name, state, summary, maxDiff, attributes, kind, seconds, fragment});
  }

  /** Without a parameter a variable is left out; as in DAMNIT nothing is kept of that, and its dependants only see no data. */
  #settleNotGiven(name: string, parameters: readonly string[]): void {
    const attributes = {error: `Missing parameter values: ${parameters.join(', ')}`, error_cls: 'Skip'};
    this.#emitValue({variable: name, state: 'skipped', ...noValue, attributes, seconds: 0});
  }

  /** Nothing was computed, and nothing is kept of it. */
  #settleCancelled(name: string, message: string, seconds: number): void {
    this.#errors.set(name, {errorClass: 'Cancelled', message});
    this.#emitValue({variable: name, state: 'cancelled', ...noValue, seconds});
  }

  /** The process ended while it computed this variable, or when it had just stored it. */
  async #settleEnded(name: string, ended: WorkerEnded, seconds: number): Promise<void> {
    if (ended.storing && this.#isStored(ended.storing)) return this.#settleComputed(name, ended.storing);
    const reason = this.#cancelledAll ?? this.#cancelled.get(name);
    const error = reason === undefined ? ended.asError() : {errorClass: 'Cancelled', message: reason};
    return this.#settleFailed(name, error, seconds, this.#placeOf(name));
  }

  /** Whether a fragment is complete that a process was about to complete when it ended; it may have been merged since. */
  #isStored({fragment}: Outcome): boolean {
    return fragment !== null && !existsSync(join(this.request.fragments, unfinishedFragment(fragment)));
  }

  /** Stores and tells why a variable has no value; one that is transient leaves nothing behind. */
  async #settleFailed(name: string, error: VariableError, seconds: number, where?: string): Promise<void> {
    this.#errors.set(name, error);
    const state = error.errorClass === 'Skip' ? 'skipped' : 'failed';
    const attributes = {error: error.message, error_cls: error.errorClass, ...(where !== undefined && {where})};
    const isKept = !this.#graph.variables.get(name)?.transient && !this.#isSilent(name);
    const fragment = !isKept ? null : await this.#record(name, error, where);
    this.#emitValue({variable: name, state, ...noValue, attributes, seconds, fragment});
  }

  #emitValue(value: Omit<ValueEvent, 'type' | 'job' | 'proposal' | 'run'>): void {
    const {job, proposal, run} = this.request;
    this.#announced.add(value.variable);
    if (value.variable !== startTime) this.#origins.settle(value.variable, value.state);
    if (isMissingName(value.variable) || this.#isSilent(value.variable)) return;
    const identity = this.#origins.of(value.variable)?.identity;
    this.#effects.emit({type: 'value', job, proposal, run, ...value, ...(identity !== undefined && {identity})});
  }

  /** Where a variable stands in the user's files; all that is known of one whose process has ended. */
  #placeOf(name: string): string | undefined {
    const {file, line} = this.#graph.variables.get(name) ?? {};
    const context = this.#pool.context;
    return typeof line === 'number' ? placeText({file: file ?? context, line}, context) : undefined;
  }

  async #record(name: string, {errorClass, message}: VariableError, where: string | undefined): Promise<string | null> {
    const worker = await this.#ready();
    return (await worker.ask({type: 'record', name, errorClass, message, where, made: this.#origins.of(name)})).outcome.fragment;
  }

  /** The names of required inputs without a value, one for each input and match. */
  async #missingInputs(name: string): Promise<string[]> {
    await this.#recall(name);
    return this.#inputs(name).flatMap((input) => {
      if (input.optional) return [];
      // In the order of the file, as DAMNIT lists them: a text must not depend on what was computed first.
      const matches = matchesOf(input, new Set([startTime, ...this.#given.keys(), ...this.#graph.variables.keys()]));
      const present = matches.filter((match) => this.#available.has(match));
      const isMissing = isGlob(input.name) ? present.length === 0 : present.length < matches.length;
      return isMissing ? matches : [];
    });
  }

  #inputs(name: string, kind: VariableInput['kind'] = 'var'): VariableInput[] {
    return (this.#graph.variables.get(name)?.inputs ?? []).filter((input) => input.kind === kind);
  }

  #missingParameters(name: string): string[] {
    const given = this.request.parameters ?? {};
    return this.#inputs(name, 'param').flatMap((input) => (input.optional || Object.hasOwn(given, input.name) ? [] : [input.name]));
  }

  /** Learns what a variable wants to know from the catalogue, which is asked once for the whole run. */
  async #askCatalogue(name: string): Promise<void> {
    for (const {name: field} of this.#inputs(name, 'mymdc')) {
      if (this.#facts.has(field) || this.#cancelledAll !== undefined) continue;
      await this.#ready(); // only the process that opened the run knows where it is
      const {proposal, run} = this.request;
      this.#catalogue ??= (this.#effects.catalogue ?? mymdcCatalogue)({proposal, run, proposalPath: this.#proposalPath});
      const answer = this.#catalogue[field as keyof RunFacts];
      this.#facts.set(
        field,
        await answer.then(
          (value) => ({value}),
          (error: unknown) => ({error: catalogueError(error)}),
        ),
      );
    }
  }

  #unknownFact(name: string): VariableError | undefined {
    const facts = this.#inputs(name, 'mymdc').map((input) => this.#facts.get(input.name));
    return facts.flatMap((fact) => (fact && 'error' in fact ? [fact.error] : []))[0];
  }

  #known(): Iterable<string> {
    return new Set([startTime, ...this.#given.keys(), ...this.#graph.order]);
  }

  /** Has a new process compute again what a variable needs and the last one had; their stored values stay as they are. */
  async #recall(name: string): Promise<void> {
    const needed = allDependencies(this.#graph, [name]);
    for (const other of this.#known()) {
      if (!this.#available.has(other) || this.#held.has(other) || !(needed.has(other) || other === startTime)) continue;
      const error = await this.#computeAgain(other);
      if (!error) continue;
      this.#available.delete(other);
      this.#errors.set(other, error);
      return this.#recall(name); // its process may be gone, with all it had
    }
  }

  async #computeAgain(name: string): Promise<VariableError | undefined> {
    try {
      const outcome = await this.#compute(await this.#ready(), name, false);
      if (outcome.hasData) return undefined;
      return errorOf(outcome) ?? {errorClass: 'Skip', message: 'It gave no value when it was computed again.'};
    } catch (error) {
      if (error instanceof WorkerEnded) return error.asError();
      throw error;
    }
  }

  async #compute(worker: Worker, name: string, store: boolean): Promise<Outcome> {
    const seconds = this.#secondsFor(name);
    const timer =
      seconds === null ? undefined : setTimeout(() => worker.stop({errorClass: 'TimeLimit', message: timeText(seconds)}), seconds * 1000);
    const memoryBytes = this.#graph.variables.get(name)?.needs?.memoryBytes ?? defaultMemoryBytes();
    const unwatch = watchFamily(worker.pid, memoryBytes, (errorClass, message) => worker.stop({errorClass, message}));
    this.#atWork = name;
    try {
      const {outcome} = await worker.ask(this.#orderFor(name, store));
      if (outcome.hasData) this.#held.add(name);
      return outcome;
    } finally {
      this.#atWork = undefined;
      clearTimeout(timer);
      unwatch();
    }
  }

  /** The shorter of what the job allows and what the variable asks for. */
  #secondsFor(name: string): number | null {
    if (this.request.inspect) return null; // A person thinks while it stands still.
    const limits = [this.request.limits.seconds, this.#graph.variables.get(name)?.needs?.timeoutSeconds];
    const known = limits.filter((limit): limit is number => typeof limit === 'number');
    return known.length === 0 ? null : Math.min(...known);
  }

  #orderFor(name: string, store: boolean): ComputeOrder {
    const variable = this.#graph.variables.get(name);
    const made = store && {made: this.#origins.of(name)};
    return variable
      ? {type: 'compute', name, arguments: variable.inputs.map((input) => this.#argument(input)), store, ...made}
      : {type: 'start-time', store, ...made};
  }

  #argument(input: VariableInput): Argument {
    const {parameter} = input;
    if (input.kind === 'meta') return {from: 'meta', parameter, field: input.name};
    if (input.kind === 'param') return this.#parameter(input);
    if (input.kind === 'mymdc') {
      const fact = this.#facts.get(input.name);
      return {from: 'given', parameter, value: fact && 'value' in fact ? fact.value : undefined};
    }
    const present = matchesOf(input, this.#known()).filter((match) => this.#available.has(match));
    if (present.length === 0) return {from: 'default', parameter};
    return isGlob(input.name) ? {from: 'glob', parameter, names: present} : {from: 'variable', parameter, name: present[0] as string};
  }

  #parameter({parameter, name}: VariableInput): Argument {
    const given = this.request.parameters ?? {};
    return Object.hasOwn(given, name) ? {from: 'given', parameter, value: given[name]} : {from: 'default', parameter};
  }

  /** A process with the run open. */
  async #ready(): Promise<Worker> {
    while (!this.#worker?.isAlive) {
      try {
        await this.#open(false);
      } catch (error) {
        if (!(error instanceof WorkerEnded) || this.#cancelledAll !== undefined) throw error;
        if (++this.#idleEndings >= mostIdleEndings) throw new Error(`Again and again ${error.message}.`, {cause: error});
      }
    }
    return this.#worker;
  }

  async #open(needsProc: boolean): Promise<boolean> {
    this.#held = new Set(this.#given.keys());
    this.#worker = this.#pool.take({inspect: this.request.inspect === true});
    await this.#worker.loaded;
    const {proposal, run, dataRoot, mock, fragments} = this.request;
    const opened = await this.#worker.ask({
      type: 'open',
      proposal,
      run,
      dataRoot,
      mock,
      needsProc,
      fragments,
      foreign: [...this.#given.values()],
    });
    this.#proposalPath = opened.proposalPath;
    return opened.hasProc;
  }
}

const timeText = (seconds: number): string => `This variable ran longer than its limit of ${seconds} s and was stopped.`;

function errorOf({state, attributes, isSkip}: Outcome): VariableError | undefined {
  if (state !== 'failed' && state !== 'skipped') return undefined;
  return {errorClass: attributes?.error_cls ?? 'Error', message: attributes?.error ?? '', ...(isSkip && {isSkip})};
}
