import {FirstlightError} from '@firstlight/core';
import type {DescribedEvent, RunnerEvent, RunnerRequest} from '@firstlight/core';
import {RunnerConnection} from './connection.ts';
import type {RunnerCommand, RunnerEnd} from './connection.ts';

export type RunRequest = Extract<RunnerRequest, {type: 'run'}>;
type JobRunnerEvent = Extract<RunnerEvent, {job: string}>;
type Ended = Extract<RunnerEvent, {type: 'finished'}>;

/** Who wants to know what happens in a job. */
export interface JobListener {
  event(event: Exclude<JobRunnerEvent, Ended>): void;
  output(piece: Buffer): void;
}

interface Waiting<T> {
  readonly id: string;
  readonly resolve: (value: T) => void;
  readonly reject: (error: FirstlightError) => void;
}

const greeting = 'greeting';
const loadLimitMs = 150_000; // Runners have shorter limits of their own; this one is for a runner that does not answer.
const cancelLimitMs = 10_000;

/** A warm process that has loaded a context file and runs one job at a time. */
export class Runner implements AsyncDisposable {
  /** Resolves when the process is gone. */
  readonly ended: Promise<RunnerEnd>;
  readonly #connection: RunnerConnection;
  readonly #trouble: (sentence: string) => void;
  #load: Waiting<DescribedEvent> | undefined;
  #job: (Waiting<Ended> & {listener: JobListener}) | undefined;
  #isAlive = true;
  #hasSpoken = false;
  #loads = 0;

  /** Starts the process; whether it works is known after `load`. */
  constructor(command: RunnerCommand, trouble: (sentence: string) => void) {
    this.#trouble = trouble;
    this.#connection = RunnerConnection.start(command, {
      event: (event) => this.#hear(event),
      output: (piece) => this.#job?.listener.output(piece),
      trouble,
    });
    this.#connection.send({type: 'describe', id: greeting}); // Any answer shows that the interpreter works, whatever the context does to it later.
    this.ended = this.#connection.ended.then((end) => this.#lost(end));
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Whether it ever said anything: if not, it is the interpreter that does not work, not the context. */
  get hasSpoken(): boolean {
    return this.#hasSpoken;
  }

  get pid(): number | undefined {
    return this.#connection.pid;
  }

  /** Loads a context file, or loads it again; a `shared` one may need what another file declares. Throws `runner-lost` when the process ends over it, `context-fault` when it refuses. */
  async load(context: string, {shared = false}: {shared?: boolean} = {}): Promise<DescribedEvent> {
    const id = `load-${(this.#loads += 1)}`;
    const timer = setTimeout(() => this.#connection.kill(`loading took more than ${loadLimitMs / 1000} s`), loadLimitMs);
    try {
      return await this.#ask<DescribedEvent>((waiting) => {
        this.#load = {id, ...waiting};
        this.#connection.send({type: 'load', id, context, ...(shared && {shared})});
      });
    } finally {
      clearTimeout(timer);
      this.#load = undefined;
    }
  }

  /** Runs a job to its end. Throws `runner-lost` when the process ends before the job does. */
  async run(request: RunRequest, listener: JobListener): Promise<Ended> {
    try {
      const ended = await this.#ask<Ended>((waiting) => {
        this.#job = {id: request.job, listener, ...waiting};
        this.#connection.send(request);
      });
      await turnOfEvents(); // What was printed before the end may still be in its pipe.
      return ended;
    } finally {
      this.#job = undefined;
    }
  }

  /** Stops one variable of a job, or the whole job; a runner that does not end a job in time is ended itself. */
  async cancel(job: string, variable: string | null, reason: string): Promise<void> {
    if (this.#job?.id !== job) return;
    this.#connection.send({type: 'cancel', job, variable, reason});
    if (variable !== null) return;
    const timer = setTimeout(() => this.#job?.id === job && this.#connection.kill('it did not stop a cancelled job'), cancelLimitMs);
    void this.ended.then(() => clearTimeout(timer));
    timer.unref();
  }

  /** Ends the process at once. */
  kill(cause: string): void {
    this.#connection.kill(cause);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection[Symbol.asyncDispose]();
  }

  async #ask<T>(start: (waiting: Omit<Waiting<T>, 'id'>) => void): Promise<T> {
    if (!this.#isAlive) throw lostError(await this.#connection.ended);
    const {promise, resolve, reject} = Promise.withResolvers<T>();
    start({resolve, reject});
    return promise;
  }

  #hear(event: RunnerEvent): void {
    this.#hasSpoken = true;
    if (event.type === 'heartbeat') return;
    if (event.type === 'described') return event.id === this.#load?.id ? this.#load.resolve(event) : undefined;
    if (event.type === 'fault') return this.#hearFault(event.id, event.message);
    if (event.job !== this.#job?.id) return;
    if (event.type === 'finished') this.#job.resolve(event);
    else this.#job.listener.event(event);
  }

  #hearFault(id: string | null, message: string): void {
    const error = new FirstlightError('runner-fault', message);
    if (id !== null && id === this.#load?.id) this.#load.reject(error);
    else if (id !== null && id === this.#job?.id) this.#job.resolve({type: 'finished', job: id, outcome: 'failed', message, seconds: 0});
    else if (id !== greeting) this.#trouble(message);
  }

  #lost(end: RunnerEnd): RunnerEnd {
    this.#isAlive = false;
    const error = lostError(end);
    this.#load?.reject(error);
    this.#job?.reject(error);
    return end;
  }
}

const turnOfEvents = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
};

function lostError(end: RunnerEnd): FirstlightError {
  const how = end.cause ?? (end.signal ? `signal ${end.signal}` : `exit code ${end.code}`);
  const words = end.lastWords.split('\n').at(-1);
  return new FirstlightError('runner-lost', `The runner process ended (${how})${words ? `: ${words}` : '.'}`, {facts: {...end}});
}
