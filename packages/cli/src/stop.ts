import {Socket} from 'node:net';

/** A signal that aborts when the person or the supervisor asks this process to end (Ctrl-C, SIGTERM). */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  return controller.signal;
}

/** A signal that aborts when standard input ends: who holds its other end has ended, even by a signal nobody can catch. */
export function stdinEnded(): AbortSignal {
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.stdin.once('close', stop).once('end', stop).resume();
  process.stdin.once('error', stop);
  if (process.stdin instanceof Socket) process.stdin.unref(); // waiting for the end must not keep alive what is done
  return controller.signal;
}

/** Waits until a signal aborts. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  signal.aborted ? Promise.resolve() : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), {once: true}));
