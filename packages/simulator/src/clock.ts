import {setTimeout as after} from 'node:timers/promises';

/** The time, replaceable by tests. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Waits, at least until other events had their turn; ends early, without an error, when the signal comes. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The machine's clock. */
export const realClock: Clock = {
  now: () => performance.now(),
  async sleep(ms, signal) {
    await after(Math.max(0, ms), undefined, {signal}).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  },
};
