import {existsSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {FirstlightError, sentenceOf} from '@firstlight/core';
import koffi from 'koffi';
import {bindCalls, globalId} from './calls.ts';
import type {Calls, Id} from './calls.ts';
import {libraryCandidates} from './find-library.ts';
import type {Candidate} from './find-library.ts';
import {registerLzf} from './lzf-filter.ts';
import {claimThread} from './one-thread.ts';

/** The loaded library. */
export interface Library {
  readonly calls: Calls;
  readonly path: string;
  /** For instance `2.0.0`. */
  readonly version: string;
  readonly pluginFolders: readonly string[];
  /** A predefined type or property class, by the name of its C variable (`H5T_NATIVE_FLOAT_g`). */
  id(name: string): Id;
}

const howToGetOne =
  'Get one with "npm run setup" (it makes .venv with h5py, whose wheel carries the library), with "apt install libhdf5-103" or "conda install hdf5", or name one in FIRSTLIGHT_LIBHDF5.';

let loaded: Library | undefined;

/** The library, loaded on first use. Throws `hdf5-library` when none is found or it is too old, `hdf5-thread` in a second thread. */
export function library(): Library {
  return (loaded ??= load());
}

/** The functions of the library. */
export const h5 = (): Calls => (loaded ??= load()).calls;

function load(): Library {
  claimThread();
  const candidates = libraryCandidates(process.env, dirname(fileURLToPath(import.meta.url)));
  const reasons: string[] = [];
  for (const candidate of candidates) {
    try {
      return start(candidate);
    } catch (error) {
      reasons.push(`${candidate.library}: ${sentenceOf(error)}`);
    }
  }
  const chosen = process.env['FIRSTLIGHT_LIBHDF5'];
  const what = chosen
    ? `FIRSTLIGHT_LIBHDF5 names "${chosen}", which cannot be used as the HDF5 library (${reasons[0]}).`
    : 'No usable HDF5 library (libhdf5 1.10 or newer) was found.';
  throw new FirstlightError('hdf5-library', `${what} ${howToGetOne}`, {facts: {tried: reasons}});
}

function start(candidate: Candidate): Library {
  const handle = loadWithSiblings(candidate.library);
  const calls = bindCalls(handle);
  if (calls.H5open() < 0) throw new Error('H5open failed');
  const version = versionOf(calls);
  if (version[0] < 1 || (version[0] === 1 && version[1] < 10)) throw new Error(`it is version ${version.join('.')}, older than 1.10`);
  // Otherwise the library prints every failure to standard error.
  calls.H5Eset_auto2(0, null, null);
  for (const folder of candidate.plugins) calls.prependPlugins?.(folder);
  registerLzf(calls);
  const ids = new Map<string, Id>();
  const id = (name: string): Id => {
    const known = ids.get(name);
    if (known !== undefined) return known;
    const found = globalId(handle, name);
    ids.set(name, found);
    return found;
  };
  return {calls, path: candidate.library, version: version.join('.'), pluginFolders: candidate.plugins, id};
}

// The wheels of h5py before 3.13 or so carry what libhdf5 needs beside it without telling the loader to look there; Python loads those first, and so do we.
function loadWithSiblings(path: string, attempts = 8): ReturnType<typeof koffi.load> {
  try {
    return koffi.load(path);
  } catch (error) {
    const missing = /([\w.+-]+): cannot open shared object file/.exec(sentenceOf(error))?.[1];
    const sibling = missing === undefined ? undefined : join(dirname(path), missing);
    if (attempts === 0 || sibling === undefined || sibling === path || !existsSync(sibling)) throw error;
    loadWithSiblings(sibling, attempts - 1);
    return loadWithSiblings(path, attempts - 1);
  }
}

function versionOf(calls: Calls): [number, number, number] {
  const numbers = [new Uint32Array(1), new Uint32Array(1), new Uint32Array(1)] as const;
  calls.H5get_libversion(...numbers);
  return [numbers[0][0] ?? 0, numbers[1][0] ?? 0, numbers[2][0] ?? 0];
}
