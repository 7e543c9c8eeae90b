import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';

const python = fileURLToPath(new URL('../../.venv/bin/python', import.meta.url));
const script = fileURLToPath(new URL('./peer.py', import.meta.url));

/** The official damnit: a process that has imported it, and its combiner, which is started for each use. All give seconds. */
export interface Peer extends AsyncDisposable {
  /** Reads the whole table. */
  table(dir: string): Promise<number>;
  /** Sends values of some names, each with so many numbers; they lie as fragments then. */
  send(dir: string, run: number, names: readonly string[], elements: number): Promise<number>;
  /** Merges the fragments, imports included. */
  combine(dir: string): Promise<number>;
}

/** Starts the peer with a home of its own. */
export async function startPeer(directory: string): Promise<Peer> {
  const home = join(directory, 'home');
  mkdirSync(home, {recursive: true});
  const env = {...process.env, AMORE_BROKER: 'none', MPLBACKEND: 'Agg', HOME: home};
  const command = join(dirname(python), 'damnit');
  if (!existsSync(command)) throw new Error(`The peer is not installed: there is no ${command}; npm run setup -- --tests installs it.`);
  const child = spawn(python, [script], {env, stdio: ['pipe', 'pipe', 'ignore']});
  const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]();
  const ask = async (...request: unknown[]): Promise<number> => {
    if (request.length > 0) child.stdin.write(`${JSON.stringify(request)}\n`);
    const {value, done} = await lines.next();
    if (done) throw new Error('The peer ended; run benchmarks/store/peer.py by hand to see why.');
    return Number(JSON.parse(value));
  };
  await ask();
  return {
    table: (dir) => ask('table', dir),
    send: (dir, run, names, elements) => ask('send', dir, run, names, elements),
    async combine(dir) {
      const begun = performance.now();
      const combiner = spawn(command, ['combiner', 'now', dir], {cwd: dir, env, stdio: 'ignore'});
      const [code] = (await once(combiner, 'close')) as [number | null];
      if (code !== 0) throw new Error(`The peer's combiner ended with ${code}.`);
      return (performance.now() - begun) / 1000;
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    },
  };
}
