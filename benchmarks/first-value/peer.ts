import {type ChildProcess, spawn} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync} from 'node:fs';
import {dirname, join} from 'node:path';

/** The official damnit in a folder of its own, over the same data and context. */
export interface Peer extends AsyncDisposable {
  /** Reprocesses a run; seconds until its fragment is complete, and until its value is in the database. */
  reprocess(run: number): Promise<{fragment: number; database: number}>;
}

/** Makes the peer's folder, as `reference` users do: init, interpreter, context read once. */
export async function startPeer(directory: string, dataRoot: string, context: string, python: string): Promise<Peer> {
  const folder = join(directory, 'peer');
  const home = join(directory, 'home');
  mkdirSync(home, {recursive: true});
  const env = {
    ...process.env,
    EXTRA_DATA_DATA_ROOT: dataRoot,
    XFEL_DATA_ROOT: dataRoot,
    AMORE_BROKER: 'none',
    MPLBACKEND: 'Agg',
    HOME: home,
  };
  const command = join(dirname(python), 'damnit');
  if (!existsSync(command)) throw new Error(`The peer is not installed: there is no ${command}; npm run setup -- --tests installs it.`);
  let running: ChildProcess | undefined;
  const damnit = (args: string[], cwd = directory) => {
    running = spawn(command, args, {cwd, env, stdio: 'ignore'});
    return ended(running);
  };
  await damnit(['init', folder, '--proposal', '1234', '--context', context]);
  await damnit(['db-config', 'context_python', python], folder);
  await damnit(['read-context'], folder);
  const fragments = () => readdirSync(join(folder, 'extracted_data')).filter((name) => name.endsWith('.ready.h5'));
  return {
    async reprocess(run) {
      const begun = performance.now();
      const seconds = () => (performance.now() - begun) / 1000;
      await damnit(['reprocess', String(run), '--direct'], folder);
      if (fragments().length === 0) throw new Error(`The peer left no fragment for run ${run}.`);
      const fragment = seconds();
      await damnit(['combiner', 'now', '.'], folder);
      if (!existsSync(join(folder, 'extracted_data', `p1234_r${run}.h5`))) throw new Error(`The peer did not merge run ${run}.`);
      return {fragment, database: seconds()};
    },
    // Only one that was left behind by a failure elsewhere is still running.
    async [Symbol.asyncDispose]() {
      if (running?.exitCode !== null || running.signalCode !== null) return;
      const gone = new Promise((resolve) => running?.on('close', resolve));
      running.kill('SIGTERM');
      await gone;
    },
  };
}

const ended = (child: ChildProcess) =>
  new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`The peer ended with ${code}.`))));
  });
