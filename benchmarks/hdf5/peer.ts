import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';

const python = new URL('../../.venv/bin/python', import.meta.url).pathname;
const script = new URL('./peer.py', import.meta.url).pathname;

/** A Python process with h5py that measures what it is asked to do. */
export interface Peer extends AsyncDisposable {
  /** Milliseconds that an operation of `peer.py` took. */
  measure(operation: string, argument?: unknown): Promise<number>;
}

/** Starts the peer, which first writes `data.h5` into the folder. */
export async function startPeer(folder: string): Promise<Peer> {
  const child = spawn(python, [script, folder], {stdio: ['pipe', 'pipe', 'inherit']});
  const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    const {value, done} = await lines.next();
    if (done) throw new Error('The h5py process ended; its message is above.');
    return JSON.parse(value);
  };
  await answer();
  return {
    async measure(operation, argument = null) {
      child.stdin.write(`${JSON.stringify([operation, argument])}\n`);
      return Number(await answer());
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    },
  };
}
