import {fork} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {FirstlightError} from '@firstlight/core';
import type {VariableError} from '@firstlight/core';
import {answer} from './messages.ts';
import type {Answer, Order, Outcome} from './messages.ts';

/** How a process that ran users' code ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The process ended while it was at work. */
export class WorkerEnded extends Error {
  override readonly name = 'WorkerEnded';
  /** What it would have said next, if what it was storing is complete. */
  readonly storing: Outcome | undefined;
  readonly #stoppedBecause: VariableError | undefined;

  constructor(ending: Ending, stoppedBecause: VariableError | undefined, storing: Outcome | undefined) {
    super(describeEnding(ending));
    this.storing = storing;
    this.#stoppedBecause = stoppedBecause;
  }

  /** What is recorded for the variable that was at work. */
  asError(): VariableError {
    if (this.#stoppedBecause !== undefined) return this.#stoppedBecause;
    return {errorClass: 'Crashed', message: `${this.message[0]?.toUpperCase()}${this.message.slice(1)} while it computed this variable.`};
  }
}

const hints: Readonly<Record<string, string>> = {
  SIGKILL: ', perhaps because memory ran out',
  SIGABRT: ', as when memory runs out',
  SIGSEGV: ', a fault in compiled code',
};

/** The end of a process in words that begin "the process …". */
function describeEnding({code, signal}: Ending): string {
  return signal ? `the process was ended by signal ${signal}${hints[signal] ?? ''}` : `the process ended itself with exit code ${code}`;
}

export interface WorkerOptions {
  /** The built context. */
  readonly bundle: string;
  /** The context file; its folder is the working directory. */
  readonly context: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Most memory for objects, in MB. */
  readonly heapMb: number;
  /** True: it waits for a debugger at its beginning, and prints the address. */
  readonly inspect?: boolean;
}

const lastWordsMs = 200;
const entry = new URL('./child/main.ts', import.meta.url);

/** A process with the context loaded, that carries out one order at a time. */
export class Worker implements Disposable {
  /** What the context declares; rejects with `WorkerEnded` if loading it ended the process. */
  readonly loaded: Promise<Extract<Answer, {type: 'loaded'}>>;
  readonly #process: ChildProcess;
  readonly #ended: Promise<never>;
  #waiting: ((said: Answer) => void) | undefined;
  #isAlive = true;
  #storing: Outcome | undefined;
  #stoppedBecause: VariableError | undefined;

  constructor({bundle, context, folder, environment, heapMb, inspect = false}: WorkerOptions) {
    this.#process = fork(entry, [bundle, context], {
      cwd: folder,
      env: environment,
      execArgv: [
        ...(inspect ? ['--inspect-brk=127.0.0.1:0'] : []),
        `--max-old-space-size=${heapMb}`,
        '--disable-warning=ExperimentalWarning',
      ],
      // What users print belongs to the process log, which is our own output.
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // A group of its own, so that whatever users' code started ends with it.
      detached: true,
    });
    this.#ended = this.#end();
    this.#ended.catch(() => undefined); // whoever waits for an answer hears of it
    this.#process.on('message', (message) => this.#hear(message));
    this.loaded = this.#next('loaded');
    this.loaded.catch(() => undefined);
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /**
   * Carries out an order.
   *
   * @throws WorkerEnded if the process ends before it answers, FirstlightError `refused` if the order cannot be carried out.
   */
  ask(order: Extract<Order, {type: 'open'}>): Promise<Extract<Answer, {type: 'opened'}>>;
  ask(order: Extract<Order, {type: 'compute' | 'record' | 'start-time'}>): Promise<Extract<Answer, {type: 'computed'}>>;
  ask(order: Order): Promise<Answer> {
    const reply = this.#next(order.type === 'open' ? 'opened' : 'computed');
    if (this.#isAlive) this.#process.send(order, () => undefined); // a process that just ended is heard of by its end
    return reply;
  }

  #next<Type extends Answer['type']>(type: Type): Promise<Extract<Answer, {type: Type}>> {
    const {promise, resolve} = Promise.withResolvers<Answer>();
    this.#waiting = resolve;
    return Promise.race([promise, this.#ended]).then((said) => {
      if (said.type === 'refused') throw new FirstlightError('refused', said.message);
      if (said.type !== type)
        throw new FirstlightError('out-of-step', `A runner process answered ${said.type} when ${type} was due; this is a defect.`);
      return said as Extract<Answer, {type: Type}>;
    });
  }

  #hear(message: unknown): void {
    const parsed = answer.safeParse(message);
    if (!parsed.success) return; // users' code can send messages too
    this.#storing = parsed.data.type === 'storing' ? parsed.data.outcome : undefined;
    if (this.#storing) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(parsed.data);
  }

  #end(): Promise<never> {
    return new Promise((_, reject) => {
      const end = (ending: Ending) => {
        this.#isAlive = false;
        this.#killGroup();
        // What it said last may come after its end; nothing does when a process that it started holds the channel.
        const timer = setTimeout(() => tell(ending), lastWordsMs);
        if (this.#process.connected) this.#process.once('disconnect', () => tell(ending, timer));
        else tell(ending, timer);
      };
      const tell = (ending: Ending, timer?: NodeJS.Timeout) => {
        clearTimeout(timer);
        reject(new WorkerEnded(ending, this.#stoppedBecause, this.#storing));
      };
      this.#process.once('exit', (code, signal) => end({code, signal}));
      this.#process.once('error', () => end({code: null, signal: null}));
    });
  }

  /** Ends the process because the variable at work has used more than it may. */
  stop(because: VariableError): void {
    this.#stoppedBecause = because;
    this.kill();
  }

  /** Ends the process and whatever it started, now. */
  kill(): void {
    if (this.#isAlive) this.#killGroup();
  }

  #killGroup(): void {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // The group is gone already.
    }
  }

  /** Lets the process end by itself, so that what was printed arrives; ends it if it does not. */
  async finish(withinMs = 2000): Promise<void> {
    if (!this.#isAlive) return;
    const timer = setTimeout(() => this.kill(), withinMs);
    this.#process.send({type: 'end'} satisfies Order, () => undefined);
    await this.#ended.catch(() => undefined);
    clearTimeout(timer);
  }

  [Symbol.dispose](): void {
    this.kill();
  }
}
