import {setTimeout as after} from 'node:timers/promises';

/** Does something now and again, one after the other, until the signal; what it throws goes to `trouble` and does not end it. */
export async function periodically(
  everyMs: number,
  signal: AbortSignal,
  action: () => Promise<void>,
  trouble: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    await action().catch((error: unknown) => {
      if (!signal.aborted) trouble(error);
    });
    await after(everyMs, undefined, {signal}).catch(() => {}); // Aborted: the loop ends.
  }
}
