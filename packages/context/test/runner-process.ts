import {spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import type {Readable} from 'node:stream';
import {fileURLToPath} from 'node:url';
import {wire} from '@firstlight/core';
import type {DescribedEvent, RunnerEvent, RunnerRequest, ValueEvent} from '@firstlight/core';
import {runnerEntry} from '../src/runner/entry.ts';

type FinishedEvent = Extract<RunnerEvent, {type: 'finished'}>;
type RunRequest = Extract<RunnerRequest, {type: 'run'}>;

export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../../fixtures/contexts-ts/${name}/context.ts`, import.meta.url));

/** Tells whether a process has ended (whoever adopted it may not have asked how yet). */
export function isGone(pid: number): boolean {
  try {
    return /^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}

/** What runners keep from one start to the next; shared by those of a test file, gone with it. */
const cache = mkdtempSync(join(tmpdir(), 'firstlight-cache-'));
process.once('exit', () => rmSync(cache, {recursive: true, force: true}));
const defaults = {XDG_CACHE_HOME: cache, NODE_COMPILE_CACHE: join(cache, 'compiled')};

const typescriptRunner = [process.execPath, fileURLToPath(runnerEntry)] as const;
const repository = new URL('../../../', import.meta.url);

/** The Python runner of this repository; contexts of Python run as those of TypeScript do. */
export const startPythonRunner = (): RunnerProcess =>
  new RunnerProcess({PYTHONPATH: fileURLToPath(new URL('python', repository)), AMORE_BROKER: 'none'}, [
    fileURLToPath(new URL('.venv/bin/python', repository)),
    '-m',
    'firstlight.runner',
  ]);

/** What came of a job. */
export interface JobResult {
  events: RunnerEvent[];
  values: Record<string, ValueEvent>;
  finished: FinishedEvent;
}

/** The real runner, as the engine starts it. Every event it sends is checked against the protocol. */
export class RunnerProcess implements AsyncDisposable {
  readonly events: RunnerEvent[] = [];
  readonly fragments: string = mkdtempSync(join(tmpdir(), 'firstlight-fragments-'));
  output = '';
  readonly #process: ChildProcess;
  readonly #waiting = new Set<() => void>();
  readonly ended: Promise<number | null>;
  #jobs = 0;

  constructor(environment: Record<string, string> = {}, [program, ...options]: readonly [string, ...string[]] = typescriptRunner) {
    this.#process = spawn(program, options, {
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      env: {...process.env, ...defaults, ...environment},
    });
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on('data', (data: Buffer) => this.#hear(() => (this.output += data)));
    createInterface({input: this.#process.stdio[3] as Readable}).on('line', (line) =>
      this.#hear(() => this.events.push(wire.event.parse(JSON.parse(line)))),
    );
    this.ended = new Promise((resolve) => this.#process.once('close', resolve));
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  #hear(act: () => void): void {
    act();
    for (const look of this.#waiting) look();
  }

  sendLine(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }

  send(request: RunnerRequest): void {
    this.sendLine(JSON.stringify(request));
  }

  closeInput(): void {
    this.#process.stdin?.end();
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Waits until something is so. */
  async until<T>(find: () => T | undefined | false): Promise<T> {
    for (;;) {
      const found = find();
      if (found) return found;
      await new Promise<void>((resolve) => {
        const look = () => {
          this.#waiting.delete(look);
          resolve();
        };
        this.#waiting.add(look);
      });
    }
  }

  async load(context: string): Promise<DescribedEvent> {
    const id = `load-${this.events.length}`;
    this.send({type: 'load', id, context});
    return this.until(() => this.events.find((event): event is DescribedEvent => event.type === 'described' && event.id === id));
  }

  /** Asks for a job, of a mock run if nothing else is said; returns its name. */
  start(request: Partial<RunRequest> = {}): string {
    const job = `job-${++this.#jobs}`;
    const common = {job, proposal: 1234, run: 5, trigger: 'all', variables: null, attempt: 0, limits: {seconds: null}} as const;
    this.send({type: 'run', ...common, mock: true, dataRoot: null, fragments: this.fragments, ...request});
    return job;
  }

  async finished(job: string): Promise<JobResult> {
    const mine = () => this.events.filter((event) => 'job' in event && event.job === job);
    const finished = await this.until(() => mine().find((event) => event.type === 'finished'));
    const values = mine().filter((event) => event.type === 'value');
    return {events: mine(), values: Object.fromEntries(values.map((value) => [value.variable, value])), finished};
  }

  async run(request: Partial<RunRequest> = {}): Promise<JobResult> {
    return this.finished(this.start(request));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closeInput();
    await this.ended;
    rmSync(this.fragments, {recursive: true, force: true});
  }
}
