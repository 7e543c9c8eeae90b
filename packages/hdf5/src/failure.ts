import {FirstlightError} from '@firstlight/core';
import koffi from 'koffi';
import type {Id} from './calls.ts';
import {h5} from './library.ts';

// From the first cause outwards to the function we called.
const walkUpward = 0;
const descriptionOffset = 48;

let walker: bigint | undefined;
let collected: string[] = [];

function addEntry(_number: number, entry: bigint): number {
  const text = koffi.decode(entry, descriptionOffset, 'char *') as string | null;
  if (text) collected.push(text);
  return 0;
}

/** The library's error stack since the last call, most telling (innermost) first; taking it clears it. */
export function takeErrorStack(): string[] {
  walker ??= koffi.register(addEntry, koffi.pointer(koffi.proto('int FirstlightErrorEntry(uint number, void *entry, void *data)')));
  collected = [];
  h5().H5Ewalk2(0, walkUpward, walker, null);
  h5().H5Eclear2(0);
  return collected;
}

// What the library says about a failure, from the first stage of it to the call we made.
const codeOfReason: [RegExp, string][] = [
  [/unable to lock file|file is already open for (write|read)|unable to flock/i, 'hdf5-locked'],
  [/errno = 2\b|No such file or directory/i, 'hdf5-no-file'],
  [/errno = 13\b|Permission denied|errno = 30\b|Read-only file system/i, 'hdf5-permission'],
  // No space, over quota, file larger than allowed.
  [/errno = (28|122|27)\b|No space left|quota exceeded|File too large/i, 'disk-full'],
  [/file signature not found|not an HDF5 file/i, 'hdf5-not-hdf5'],
  [/truncated file/i, 'hdf5-truncated'],
  [
    /doesn't exist|can't locate (attribute|object|name)|object .* not found|component not found|name doesn't exist|callback link pointer is NULL/i,
    'hdf5-not-found',
  ],
  [/already exists|file exists|unable to create.*exist|errno = 17\b/i, 'hdf5-exists'],
  [/no write intent on file/i, 'hdf5-read-only'],
  [/required filter .* is not registered|filter plugin/i, 'hdf5-filter'],
];

/** An error for a call that failed: what we tried, in which file or object, and the library's own reason. */
export function failure(what: string, stack = takeErrorStack()): FirstlightError {
  const text = stack.join('; ');
  const code = codeOfReason.find(([pattern]) => pattern.test(text))?.[1] ?? 'hdf5-failed';
  const reason = reasonOf(stack.filter((entry) => !aboutPlugins.test(entry)));
  return new FirstlightError(code, `Cannot ${what}: ${reason}${advice[code] ?? ''}.`, {facts: {hdf5: stack}});
}

// Where the library looked for plugins is of no interest.
const aboutPlugins = /plugin|search in path/i;

const advice: Readonly<Record<string, string>> = {
  'hdf5-filter': '; install it with "pip install hdf5plugin" in the project\'s .venv, or name the folder of its plugin in HDF5_PLUGIN_PATH',
  'hdf5-locked': '; another program has the file open, or was ended while it wrote it',
  'disk-full': '; make room on the disk',
};

const named = / '(?!specific')[^']+'/;

// The first cause, and the first remark that names something, when the cause does not.
function reasonOf(stack: readonly string[]): string {
  const cause = stack[0];
  if (cause === undefined) return 'the library gives no reason';
  const detail = stack.find((entry) => named.test(entry));
  return detail === undefined || named.test(cause) ? tidy(cause) : [...new Set([tidy(cause), tidy(detail)])].join('; ');
}

// "unable to open file: name = '/x', errno = 2, error message = 'No such file', flags = 0, o_flags = 0" reads better without what we have said already.
const tidy = (reason: string): string =>
  reason
    .replace(/: time = .*error message = '([^']*)'.*/gs, ' ($1)')
    .replace(/: name = '[^']*', errno = \d+, error message = '([^']*)'(, flags = \w+, o_flags = \w+)?/g, ' ($1)')
    .replace(/, errno = \d+, error message = '([^']*)'/g, ' ($1)')
    .replace(/callback link pointer is NULL.*/, "name doesn't exist")
    .replace(/\s+/g, ' ')
    .replace(/[.\s]+$/, '');

/** Passes an identifier or a count on, or throws what the library says when it is negative. */
export function checked<T extends Id>(result: T, what: () => string): T {
  if (result < 0) throw failure(what());
  return result;
}
