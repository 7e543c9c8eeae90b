import {setTimeout as after} from 'node:timers/promises';

/** Waits for a condition; fails with what is awaited. */
export async function until(what: string, condition: () => boolean, longestMs = 120_000): Promise<void> {
  for (const end = performance.now() + longestMs; performance.now() < end; await after(5)) if (condition()) return;
  throw new Error(`Waited in vain: ${what}.`);
}
