import {FirstlightError, sentenceOf, wire} from '@firstlight/core';
import type {RunnerRequest} from '@firstlight/core';
import {z} from 'zod';
import {loadContext} from './context.ts';
import type {LoadedContext, LoadSettings} from './context.ts';
import {Job} from './job.ts';
import type {JobEffects, RunRequest} from './job.ts';

export interface RunnerSettings extends LoadSettings {
  /** Jobs that may wait for their turn. */
  readonly mostWaiting: number;
}

/** Answers requests: keeps the context loaded and runs its jobs, one after the other. */
export class Runner implements AsyncDisposable {
  readonly #effects: JobEffects;
  readonly #settings: RunnerSettings;
  #context: LoadedContext | undefined;
  /** Requests about the context, in order. */
  #loading: Promise<void> = Promise.resolve();
  readonly #waiting: RunRequest[] = [];
  #job: Job | undefined;
  #working: Promise<void> = Promise.resolve();

  constructor(effects: JobEffects, settings: RunnerSettings) {
    this.#effects = effects;
    this.#settings = settings;
  }

  /** Takes one line of input; returns false when it asks the runner to end. */
  take(line: string): boolean {
    const request = this.#parse(line);
    if (request?.type === 'exit') return false;
    if (request) this.#answer(request);
    return true;
  }

  #parse(line: string): RunnerRequest | undefined {
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch (error) {
      this.#fault(null, `A request is not JSON: ${sentenceOf(error)}.`);
      return undefined;
    }
    const parsed = wire.request.safeParse(json);
    if (parsed.success) return parsed.data;
    const {id, job} = z
      .object({id: z.string().optional().catch(undefined), job: z.string().optional().catch(undefined)})
      .catch({})
      .parse(json);
    this.#fault(id ?? job ?? null, `A request is not as the protocol has it: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`);
    return undefined;
  }

  #fault(id: string | null, message: string): void {
    this.#effects.emit({type: 'fault', id, message});
  }

  #answer(request: Exclude<RunnerRequest, {type: 'exit'}>): void {
    switch (request.type) {
      case 'load':
        return this.#afterLoading(request.id, () => this.#load(request.id, request.context, request.shared === true));
      case 'describe':
        return this.#afterLoading(request.id, () => this.#describe(request.id));
      case 'run':
        return this.#enqueue(request);
      case 'cancel':
        return this.#cancel(request);
    }
  }

  #afterLoading(id: string, act: () => Promise<void> | void): void {
    this.#loading = this.#loading.then(act).catch((error: unknown) => this.#fault(id, sentenceOf(error)));
  }

  async #load(id: string, file: string, isShared: boolean): Promise<void> {
    const former = this.#context;
    if (former?.description.file === file && former.isShared === isShared && former.isCurrent()) return this.#describe(id);
    this.#context = await loadContext(file, this.#settings, {isShared});
    former?.[Symbol.dispose]();
    this.#describe(id);
  }

  #describe(id: string): void {
    if (!this.#context) throw new FirstlightError('no-context', 'No context is loaded yet; send `load` first.');
    this.#effects.emit({...this.#context.description, id});
  }

  #enqueue(request: RunRequest): void {
    if (this.#waiting.length >= this.#settings.mostWaiting) {
      return this.#fault(request.job, `${this.#waiting.length} jobs wait already, so this one was not taken; send it again later.`);
    }
    this.#waiting.push(request);
    if (this.#waiting.length === 1 && !this.#job) this.#working = this.#workOff();
  }

  async #workOff(): Promise<void> {
    await this.#loading;
    for (let request = this.#waiting.shift(); request; request = this.#waiting.shift()) {
      await this.#run(request);
      await this.#loading;
    }
  }

  async #run(request: RunRequest): Promise<void> {
    const refuse = (message: string) => this.#effects.emit({type: 'finished', job: request.job, outcome: 'failed', message, seconds: 0});
    if (!this.#context) return refuse('No context is loaded yet; send `load` first.');
    const {description, graph, pool} = this.#context;
    const problem = description.problems.find(({severity}) => severity === 'error');
    if (problem || !pool) return refuse(`The context file cannot run: ${problem?.text ?? 'it was not built'} (${place(problem)})`);
    this.#job = new Job(request, {graph, pool, description}, this.#effects);
    await this.#job.run();
    this.#job = undefined;
  }

  #cancel({job, variable, reason}: Extract<RunnerRequest, {type: 'cancel'}>): void {
    const at = this.#waiting.findIndex((request) => request.job === job);
    if (this.#job?.request.job === job) return this.#job.cancel(variable, reason);
    if (at === -1) return this.#fault(job, `There is no job "${job}" to cancel; it may be over.`);
    if (variable !== null) return this.#fault(job, `Job "${job}" has not begun, so no variable of it can be cancelled; cancel the job.`);
    this.#waiting.splice(at, 1);
    this.#effects.emit({type: 'finished', job, outcome: 'cancelled', message: reason, seconds: 0});
  }

  /** Ends all processes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#waiting.length = 0;
    this.#job?.cancel(null, 'The runner ends.');
    await this.#working;
    await this.#loading;
    this.#context?.[Symbol.dispose]();
  }
}

const place = (problem: {file: string; line: number | null; column: number | null} | undefined): string =>
  [problem?.file, problem?.line, problem?.column].filter((part) => part !== null && part !== undefined).join(':');
