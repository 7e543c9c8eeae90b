import {setTimeout as after} from 'node:timers/promises';
import {isAborted} from './signals.ts';

const againMs = 2000;

/** Does something again, a while after each failure, until it is done or not wanted any more. */
export async function untilDone(action: () => Promise<void>, signal: AbortSignal, onTrouble: (error: unknown) => void): Promise<void> {
  while (!isAborted(signal)) {
    try {
      return await action();
    } catch (error) {
      if (isAborted(signal)) return;
      onTrouble(error);
      await after(againMs, undefined, {signal}).catch(() => {});
    }
  }
}
