import {threadId} from 'node:worker_threads';
import {FirstlightError} from '@firstlight/core';
import koffi from 'koffi';

const mark = 'FIRSTLIGHT_HDF5_THREAD';

/**
 * Claims the HDF5 library of this process for the calling thread.
 *
 * The library keeps global state and most builds are not thread-safe, so a second thread must never call it. Threads of a process share nothing in
 * JavaScript before they speak to each other; the C environment is the one place they share for sure (`process.env` of a worker is only a copy).
 * Throws `hdf5-thread` when another thread has it.
 */
export function claimThread(): void {
  // Windows keeps one environment per C runtime; there the rule is only written, not checked.
  if (process.platform === 'win32') return;
  const libc = koffi.load(null);
  const get = libc.func('getenv', 'str', ['str']) as (name: string) => string | null;
  const set = libc.func('setenv', 'int', ['str', 'str', 'int']) as (name: string, value: string, overwrite: number) => number;
  const mine = `${process.pid}:${threadId}`;
  const owner = get(mark);
  if (owner !== null && owner !== mine && owner.startsWith(`${process.pid}:`)) {
    throw new FirstlightError(
      'hdf5-thread',
      `The HDF5 library of this process is in use by thread ${owner.split(':')[1]}, and it is not safe to call it from a second one (this is thread ${threadId}); use it in one thread, or in a HelperProcess.`,
    );
  }
  set(mark, mine, 1);
}
