import {type ChildProcess, spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';

interface ToldCell {
  readonly run: number;
  readonly name: string;
  readonly state: string;
  readonly activity: string;
  readonly message: string | null;
}

type Line =
  | {readonly ready: true}
  | {readonly disk: 'ok' | 'full'}
  | {readonly queued: number}
  | {readonly refused: string}
  | {readonly number: number; readonly cells: readonly ToldCell[] | null};

const program = fileURLToPath(new URL('./server.ts', import.meta.url));

/** A server that is started again whenever it ends, followed as a browser does: by its numbered changes. */
export class ServerUnderFire implements AsyncDisposable {
  /** Every cell as it was told last. */
  readonly cells = new Map<string, ToldCell>();
  /** Changes that came twice, in the wrong order, or not at all. */
  readonly mistakes: string[] = [];
  /** Cells told as computed so far, however often. */
  computed = 0;
  disk: 'ok' | 'full' = 'ok';
  starts = 0;
  #at = 0;
  #child: ChildProcess;
  readonly #dir: string;
  readonly #environment: NodeJS.ProcessEnv;
  #queued = new Set<number>();
  #isReady = false;
  #isClosing = false;

  constructor(dir: string, environment: NodeJS.ProcessEnv) {
    this.#dir = dir;
    this.#environment = environment;
    this.#child = this.#start();
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Asks for runs until the server says that it has them for good, however often it ends meanwhile. */
  async request(
    proposal: number,
    runs: readonly number[],
    until: (what: string, condition: () => boolean) => Promise<void>,
  ): Promise<void> {
    this.#queued = new Set();
    for (let asked = 0; runs.some((run) => !this.#queued.has(run)); ) {
      await until('the server is there', () => this.#isReady);
      const missing = runs.filter((run) => !this.#queued.has(run)).map((run) => ({proposal, run}));
      asked = this.starts;
      this.#child.stdin?.write(`${JSON.stringify({runs: missing})}\n`);
      await until('runs are queued', () => asked !== this.starts || this.disk === 'full' || runs.every((run) => this.#queued.has(run)));
      await until('there is room', () => this.disk === 'ok');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await closed;
  }

  #start(): ChildProcess {
    this.starts += 1;
    this.#isReady = false;
    const child = spawn(process.execPath, [program, this.#dir, String(this.#at)], {
      env: this.#environment,
      stdio: ['pipe', 'pipe', process.env.FIRSTLIGHT_CHAOS_LOG === undefined ? 'ignore' : 'inherit'],
    });
    child.stdin.on('error', () => {}); // it was killed while we wrote
    createInterface({input: child.stdout}).on('line', (text) => this.#hear(JSON.parse(text) as Line));
    child.once('close', () => {
      if (!this.#isClosing) this.#child = this.#start();
    });
    return child;
  }

  #hear(line: Line): void {
    if ('ready' in line) this.#isReady = true;
    else if ('disk' in line) this.disk = line.disk;
    else if ('queued' in line) this.#queued.add(line.queued);
    else if ('number' in line) this.#change(line.number, line.cells);
  }

  #change(number: number, cells: readonly ToldCell[] | null): void {
    if (cells === null || number !== this.#at + 1)
      this.mistakes.push(`change ${number} came after ${this.#at}${cells ? '' : ' as a reset'}`);
    this.#at = number;
    for (const cell of cells ?? []) {
      this.cells.set(`${cell.run}:${cell.name}`, cell);
      if (cell.activity === 'idle' && cell.state !== 'missing') this.computed += 1;
    }
  }
}
