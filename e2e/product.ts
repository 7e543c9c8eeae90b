import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {createFolder} from '@firstlight/store';

const repository = fileURLToPath(new URL('../', import.meta.url));
const command = join(repository, 'packages/cli/src/main.ts');
const python = join(repository, '.venv/bin/python');
const proposal = 1234;

/** A cell of `/table?format=json`. */
export interface JsonCell {
  readonly state: string;
  readonly summary: unknown;
  readonly activity: string;
  readonly message: string | null;
}

export interface JsonTable {
  readonly change: number;
  readonly columns: readonly {readonly name: string; readonly title: string}[];
  readonly rows: readonly {readonly run: number; readonly values: Readonly<Record<string, JsonCell>>}[];
}

/** The whole product over a simulated beamline, in a directory of its own: the real server, runner and files. */
export class Product implements AsyncDisposable {
  readonly #root: string;
  readonly #folders: readonly string[];
  #server: ChildProcess | undefined;
  #port = 0;
  #runs = 0;

  private constructor(root: string, folders: readonly string[]) {
    this.#root = root;
    this.#folders = folders;
  }

  /** Makes experiment folders with the example context and the variables of these tests, and serves them; runs come to the first. */
  static async start({proposals = [proposal]} = {}): Promise<Product> {
    const root = await mkdtemp(join(tmpdir(), 'firstlight-e2e-'));
    const folders = await Promise.all(proposals.map((number) => makeFolder(root, number)));
    const product = new Product(root, folders);
    await product.serve();
    return product;
  }

  /** The number of the last run. */
  get runs(): number {
    return this.#runs;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** Starts the server; after the first time on the same port. */
  async serve(): Promise<void> {
    this.#server = spawn(process.execPath, [command, 'serve', ...this.#folders, '--port', String(this.#port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#port = await portOnceReady(this.#server);
  }

  /** Ends the server as a power cut would. */
  async kill(): Promise<void> {
    if (!this.#server) return;
    const gone = once(this.#server, 'exit');
    this.#server.kill('SIGKILL');
    await gone;
    this.#server = undefined;
  }

  /** Writes that many further runs. */
  async simulate(runs: number, {detector = '64x64'} = {}): Promise<void> {
    const sizes = ['--trains', '32', '--detector', detector];
    const beamline = spawn(
      process.execPath,
      [command, 'simulate', this.#root, '--runs', String(runs), '--proposal', String(proposal), ...sizes],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    const [code] = await once(beamline, 'exit');
    this.#runs += runs;
    if (code !== 0) throw new Error(`"firstlight simulate" ended with ${String(code)}.`);
  }

  /** Saves other text as the context file. */
  async writeContext(change: (text: string) => string): Promise<void> {
    await writeFile(join(this.#folders[0] ?? '', 'context.py'), change(await contextText()));
  }

  /** The table as the server has it now. */
  async table(): Promise<JsonTable> {
    const [experiment] = (await (await fetch(`${this.url}api/experiments`)).json()) as {id: string}[];
    return (await (await fetch(`${this.url}api/experiments/${experiment?.id}/table?format=json`)).json()) as JsonTable;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server?.exitCode === null) {
      const gone = once(this.#server, 'exit');
      this.#server.kill('SIGTERM');
      await gone;
    }
    await rm(this.#root, {recursive: true, force: true});
  }
}

async function makeFolder(root: string, number: number): Promise<string> {
  const folder = join(root, `SIM/202601/p${String(number).padStart(6, '0')}/usr/Shared/amore`);
  await mkdir(folder, {recursive: true});
  await writeFile(join(folder, 'context.py'), await contextText());
  createFolder(folder, {proposal: number, contextPython: python, dataRoot: root, language: 'python'});
  return folder;
}

const contextText = async (): Promise<string> =>
  (await readFile(join(repository, 'packages/simulator/example/context.py'), 'utf8')) +
  (await readFile(join(repository, 'e2e/extra_variables.py'), 'utf8'));

/** Reads `ready http://127.0.0.1:N/`. */
async function portOnceReady(server: ChildProcess): Promise<number> {
  if (!server.stdout) throw new Error('The server was started without its output.');
  for await (const line of createInterface({input: server.stdout})) {
    const match = /^ready http:\/\/127\.0\.0\.1:(\d+)\//.exec(line);
    if (!match) continue;
    server.stdout.resume(); // nobody reads on, and a full pipe would stop it
    return Number(match[1]);
  }
  throw new Error('The server ended before it was ready.');
}
