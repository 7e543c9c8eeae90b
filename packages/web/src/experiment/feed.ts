import {createClient} from 'graphql-ws';
import {changesQuery, parseChange, type FeedItem} from './wire.ts';

const pingMs = 10_000;
const pongMs = 5_000;

/** How a feed is followed; tests bring their own `open` and `wait`. */
export interface FeedOptions {
  /** The number of the last change we have: asked anew for each connection. */
  readonly since: () => number;
  readonly onOpen: () => void;
  readonly onItem: (item: FeedItem) => void;
  /** A connection ended; `nextTryMs` says when the next is tried. */
  readonly onLost: (nextTryMs: number) => void;
  readonly signal: AbortSignal;
  readonly open: OpenFeed;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Opens one connection: calls `onOpen` when it stands, gives items until it ends (by return or by throwing). */
export type OpenFeed = (since: number, onOpen: () => void, signal: AbortSignal) => AsyncIterable<FeedItem>;

/** Time before the `attempt`-th try after a loss: at once, then doubling from 250 ms to at most 5 s. */
export const backoffMs = (attempt: number): number => (attempt <= 1 ? 0 : Math.min(5_000, 250 * 2 ** (attempt - 2)));

/**
 * Follows an experiment's changes for ever, over as many connections as it takes.
 *
 * Every connection asks for what comes after the last change we have, so nothing is lost or told twice however often the line breaks.
 */
export async function followFeed({since, onOpen, onItem, onLost, signal, open, wait}: FeedOptions): Promise<void> {
  let attempt = 0;
  const opened = () => {
    attempt = 0;
    onOpen();
  };
  while (!signal.aborted) {
    try {
      for await (const item of open(since(), opened, signal)) onItem(item);
    } catch (error) {
      if (!isConnectionLoss(error)) throw error;
    }
    if (signal.aborted) return;
    attempt += 1;
    onLost(backoffMs(attempt));
    await wait(backoffMs(attempt), signal);
  }
}

/** A lost line comes as a close event, a broken connection as a plain event; anything else is a defect and must be seen. */
const isConnectionLoss = (error: unknown): boolean =>
  error instanceof Event || (typeof error === 'object' && error !== null && 'code' in error);

/** Waits, but no longer than until the browser says the network is back. */
export function waitOrOnline(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    window.addEventListener('online', done);
    signal.addEventListener('abort', done, {once: true});
  });
}

/** A socket that is silent once it closes: graphql-ws may still want to subscribe on one that we left while it was being opened. */
class QuietSocket extends WebSocket {
  override send(data: Parameters<WebSocket['send']>[0]): void {
    if (this.readyState === WebSocket.OPEN) super.send(data);
  }
}

/** Feeds over graphql-ws, one connection each; a line that swallows pings counts as broken. */
export const openSocketFeed = (experiment: string): OpenFeed =>
  async function* (since, onOpen, signal) {
    let pongTimer: ReturnType<typeof setTimeout> | undefined;
    const client = createClient({
      url: new URL('/graphql', location.href.replace(/^http/, 'ws')).href,
      webSocketImpl: QuietSocket,
      retryAttempts: 0,
      keepAlive: pingMs,
      on: {
        connected: onOpen,
        ping: (received) => {
          if (!received) pongTimer = setTimeout(() => client.terminate(), pongMs);
        },
        pong: (received) => {
          if (received) clearTimeout(pongTimer);
        },
      },
    });
    const close = () => void client.dispose();
    signal.addEventListener('abort', close, {once: true});
    try {
      const items = client.iterate({query: changesQuery, variables: {experiment, since}});
      for await (const {data, errors} of items) {
        if (errors) throw new Error(errors.map(({message}) => message).join(' '));
        yield parseChange(data);
      }
    } finally {
      clearTimeout(pongTimer);
      signal.removeEventListener('abort', close);
      close();
    }
  };
