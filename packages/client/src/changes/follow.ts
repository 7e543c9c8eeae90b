import {FirstlightError} from '@firstlight/core';
import {ask} from '../ask.ts';
import {linesOf} from '../lines.ts';
import type {Transport} from '../transport.ts';
import {changeItem} from './item.ts';
import type {ChangeItem} from './item.ts';

export interface Follow {
  readonly transport: Transport;
  /** `/api/experiments/ID/changes`. */
  readonly path: string;
  /** The number of the last change that is known. */
  readonly since: number;
  readonly signal: AbortSignal;
  /** How long a lost server is waited for, ms. */
  readonly patienceMs: number;
}

/** The server says something every 15 s; after this silence the line counts as lost. */
const silenceMs = 45_000;
const longestPauseMs = 5_000;

/**
 * Follows changes over as many connections as it takes, without gap or repeat.
 *
 * @throws FirstlightError what the first connection throws; `server-lost` when a lost server does not come back in time.
 */
export async function* follow({transport, path, since, signal, patienceMs}: Follow): AsyncGenerator<ChangeItem, void, undefined> {
  let at = since;
  let lostAt: number | undefined = -Infinity; // a server that was never there is not waited for
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      for await (const item of connection({transport, path, since: at, signal})) {
        [lostAt, attempt] = [undefined, 0];
        if (item === 'connected') continue;
        at = item.number;
        yield item;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (lostAt === -Infinity || !isLoss(error)) throw error;
    }
    lostAt ??= performance.now();
    if (performance.now() - lostAt > patienceMs) throw lost(transport.address, patienceMs);
    await pause(Math.min(longestPauseMs, 250 * 2 ** Math.min(attempt, 10)), signal);
  }
}

/** One connection: says when it stands, then gives items until it ends. */
async function* connection({transport, path, since, signal}: Omit<Follow, 'patienceMs'>): AsyncGenerator<ChangeItem | 'connected'> {
  const silence = new AbortController();
  const beat = (): ReturnType<typeof setTimeout> => setTimeout(() => silence.abort(), silenceMs);
  let timer = beat();
  try {
    const response = await ask(transport, `${path}?since=${since}`, {
      signal: AbortSignal.any([signal, silence.signal]),
    });
    for await (const line of linesOf(response)) {
      clearTimeout(timer);
      yield line === '' ? 'connected' : changeItem.parse(JSON.parse(line));
      timer = beat();
    }
  } finally {
    clearTimeout(timer);
  }
}

/** A server that is away or busy may come back; one that refuses will go on refusing, and what is not understood is a defect. */
function isLoss(error: unknown): boolean {
  if (!(error instanceof FirstlightError)) return !(error instanceof SyntaxError) && (error as Error).name !== 'ZodError';
  const {status} = error.facts;
  return error.code === 'no-server' || (typeof status === 'number' && status >= 500);
}

const lost = (address: string, patienceMs: number): FirstlightError =>
  new FirstlightError('server-lost', `The server at ${address} went away and did not come back within ${Math.round(patienceMs / 1000)} s.`);

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
