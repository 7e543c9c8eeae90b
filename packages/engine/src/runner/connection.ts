import {spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import type {Readable} from 'node:stream';
import {sentenceOf, wire} from '@firstlight/core';
import type {RunnerEvent, RunnerRequest} from '@firstlight/core';
import {LineSplitter} from './lines.ts';

/** How a runner is started. */
export interface RunnerCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** How a runner's process ended. */
export interface RunnerEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** The error of a process that could not even be started (`ENOENT`), or what made us end it. */
  readonly cause: string | null;
  /** The end of what it wrote to standard error. */
  readonly lastWords: string;
}

export interface ConnectionListener {
  /** An event of the protocol, checked. */
  event(event: RunnerEvent): void;
  /** What users' code prints. */
  output(piece: Buffer): void;
  /** A line that is not of the protocol; it is left out. */
  trouble(sentence: string): void;
}

const maximumLineBytes = 16 * 1024 * 1024;
const lastWordsBytes = 4096;

/** A runner process and the two pipes of the protocol: requests go to standard input, events come from file descriptor 3. */
export class RunnerConnection implements AsyncDisposable {
  /** Resolves when the process is gone and everything it said has been heard. */
  readonly ended: Promise<RunnerEnd>;
  readonly #process: ChildProcess;
  readonly #listener: ConnectionListener;
  readonly #lines = new LineSplitter(maximumLineBytes);
  #lastWords = Buffer.alloc(0);
  #cause: string | null = null;

  private constructor(process: ChildProcess, listener: ConnectionListener) {
    this.#process = process;
    this.#listener = listener;
    this.ended = new Promise((resolve) => {
      process.once('error', (error: NodeJS.ErrnoException) => {
        this.#cause = error.code ?? error.message;
        if (process.pid === undefined) resolve(this.#end(null, null));
      });
      process.once('exit', () => this.#killGroup()); // What it started ends with it: nobody would hear its values.
      process.once('close', (code, signal) => resolve(this.#end(code, signal)));
    });
    (process.stdio[3] as Readable).on('data', (piece: Buffer) => this.#hear(piece));
    process.stdout?.on('data', (piece: Buffer) => listener.output(piece));
    process.stderr?.on('data', (piece: Buffer) => this.#hearOutput(piece));
    process.stdin?.on('error', () => {}); // A process that is gone is told by `ended`.
  }

  /** Starts a runner in a process group of its own, so that neither an interrupt at our terminal nor its children escape us. */
  static start({file, args, env, cwd}: RunnerCommand, listener: ConnectionListener): RunnerConnection {
    return new RunnerConnection(spawn(file, args, {cwd, env: {...env}, detached: true, stdio: ['pipe', 'pipe', 'pipe', 'pipe']}), listener);
  }

  /** The process's id, or undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Sends a request; one to a process that is gone is lost, which `ended` tells. */
  send(request: RunnerRequest): void {
    this.#process.stdin?.write(`${JSON.stringify(request)}\n`);
  }

  /** Ends the process and all it started, at once. */
  kill(cause: string): void {
    this.#cause ??= cause;
    this.#killGroup();
    this.#process.kill('SIGKILL');
  }

  /** Asks the process to end, and ends it if it does not within half a second. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.send({type: 'exit'});
    this.#process.stdin?.end();
    const timer = setTimeout(() => this.kill('it was stopped'), 500);
    await this.ended;
    clearTimeout(timer);
  }

  #hear(piece: Buffer): void {
    const lines = this.#lines.push(piece);
    if (!lines) this.kill('it sent a line of more than 16 MB');
    for (const line of lines ?? []) this.#hearLine(line);
  }

  #hearLine(line: string): void {
    try {
      const event = wire.event.safeParse(JSON.parse(line));
      if (event.success) this.#listener.event(event.data);
      else this.#listener.trouble(`The runner said something that is not of its protocol: ${line.slice(0, 200)}`);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#listener.trouble(`The runner sent a line that is not JSON (${sentenceOf(error)}): ${line.slice(0, 200)}`);
    }
  }

  #hearOutput(piece: Buffer): void {
    this.#lastWords = Buffer.concat([this.#lastWords, piece]).subarray(-lastWordsBytes);
    this.#listener.output(piece);
  }

  #killGroup(): void {
    if (this.#process.pid === undefined) return;
    try {
      process.kill(-this.#process.pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // ESRCH: the group is gone, as it should be.
    }
  }

  #end(code: number | null, signal: string | null): RunnerEnd {
    return {code, signal, cause: this.#cause, lastWords: this.#lastWords.toString('utf8').trim()};
  }
}
