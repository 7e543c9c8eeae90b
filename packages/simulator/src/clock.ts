import {setTimeout as after} from 'node:timers/promises';

/** The time, replaceable by tests. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Waits; ends at once, without an error, when the signal comes or the time is not positive. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The machine's clock. */
export const realClock: Clock = {
  now: () => performance.now(),
  async sleep(ms, signal) {
    if (ms <= 0 || signal.aborted) return;
    await after(ms, undefined, {signal}).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  },
};
