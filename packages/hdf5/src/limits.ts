import {totalmem} from 'node:os';
import {FirstlightError} from '@firstlight/core';

// A damaged file may claim any shape; a read of it must fail with a sentence, not with the process.
let readLimitBytes = Math.min(16 * 2 ** 30, Math.floor(totalmem() / 2));

/** Sets the most bytes one read may take (default: half of the machine's memory, at most 16 GiB) and returns the previous limit. */
export function setReadLimit(bytes: number): number {
  const previous = readLimitBytes;
  readLimitBytes = bytes;
  return previous;
}

/** Throws `hdf5-too-large` when a read would need more memory than is allowed. */
export function checkReadSize(bytes: number, what: () => string): void {
  if (bytes <= readLimitBytes) return;
  throw new FirstlightError(
    'hdf5-too-large',
    `Reading ${what()} would take ${(bytes / 1e9).toPrecision(3)} GB, more than the ${(readLimitBytes / 1e9).toPrecision(3)} GB allowed; read it in parts, or look whether the file is damaged.`,
    {facts: {bytes, limit: readLimitBytes}},
  );
}
