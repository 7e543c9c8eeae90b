import {FirstlightError} from '@firstlight/core';

function codeOf(error: unknown): string {
  const code = (error as {code?: unknown} | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** Tells whether anything we call (files, SQLite, HDF5) failed because the disk or the quota is full. */
export function isDiskFull(error: unknown): boolean {
  // A file that did not fit often cannot be closed either, and then the reason is inside.
  if (error instanceof SuppressedError) return isDiskFull(error.error) || isDiskFull(error.suppressed);
  if (['ENOSPC', 'EDQUOT', 'SQLITE_FULL', 'disk-full'].includes(codeOf(error))) return true;
  return error instanceof Error && /No space left on device|Disk quota exceeded|database or disk is full/.test(error.message);
}

/** Tells whether we were not allowed to touch a file. */
export const isForbidden = (error: unknown): boolean =>
  ['EACCES', 'EPERM', 'EROFS', 'SQLITE_READONLY', 'SQLITE_CANTOPEN'].includes(codeOf(error));

/** Turns the two failures a person can act on into a sentence; anything else passes unchanged. */
export function explained(error: unknown, place: string): unknown {
  if (isDiskFull(error)) {
    return new FirstlightError('disk-full', `The disk of ${place} is full; nothing was lost. Free some space and it goes on by itself.`, {
      cause: error,
      facts: {place},
    });
  }
  if (isForbidden(error)) {
    return new FirstlightError(
      'no-permission',
      `${place} cannot be written by this account; ask its owner for permission, or choose another folder.`,
      {
        cause: error,
        facts: {place},
      },
    );
  }
  if (codeOf(error).startsWith('SQLITE_BUSY')) {
    return new FirstlightError(
      'database-locked',
      `Another program keeps the database of ${place} locked; nothing was lost, it is tried again.`,
      {
        cause: error,
        facts: {place},
      },
    );
  }
  return error;
}

/** Does something with files below `place`; its failure becomes a sentence where we have one. */
export function explaining<T>(place: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw explained(error, place);
  }
}
