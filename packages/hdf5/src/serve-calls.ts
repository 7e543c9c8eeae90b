import {FirstlightError} from '@firstlight/core';
import {toPlainError} from './helper-protocol.ts';
import type {CallMessage, ReplyMessage} from './helper-protocol.ts';

/** What a helper process can do: functions of one plain argument, synchronous or not, that return plain data (typed arrays cross quickly). */
export type Handlers = Readonly<Record<string, (args: never) => unknown>>;

/**
 * Serves the calls of the process that started this one, one at a time in order; ends the process when the other one is gone.
 *
 * @example
 * // read-entry.ts, started with HelperProcess.start(new URL('./read-entry.ts', import.meta.url))
 * serveCalls({mean: ({path}: {path: string}) => mean(path)});
 */
export function serveCalls(handlers: Handlers): void {
  let last: Promise<void> = Promise.resolve();
  process.on('disconnect', () => process.exit(0));
  process.on('message', (message: CallMessage) => {
    last = last.then(() => answer(handlers, message));
  });
  // A signal to the whole group (Ctrl-C, systemd, `timeout`) is for the process that started this one; it ends this one when it is ready to.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  send({ready: true});
}

async function answer(handlers: Handlers, {id, name, args}: CallMessage): Promise<void> {
  try {
    const handler = Object.hasOwn(handlers, name) ? (handlers[name] as (args: unknown) => unknown) : undefined;
    if (handler === undefined) throw new FirstlightError('helper-unknown-call', `The helper process has no call named "${name}".`);
    send({id, result: await handler(args)});
  } catch (error) {
    send({id, error: toPlainError(error)});
  }
}

function send(reply: ReplyMessage): void {
  // Without a channel there is nobody left to tell.
  if (process.connected) process.send?.(reply, undefined, undefined, () => {});
}
