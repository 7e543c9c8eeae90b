import {type BigIntStats, closeSync, constants, existsSync, fstatSync, lstatSync, openSync, statSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {FirstlightError, runFileName, runOfFragment} from '@firstlight/core';
import {type H5File, openFile} from '@firstlight/hdf5';
import type {OwnerRule} from './owners.ts';
import {outwardPart} from './outward.ts';

const openFiles = '/proc/self/fd';
const largestNumber = 2 ** 31 - 1; // of a proposal or a run, everywhere in our tables

/**
 * A fragment that was found harmless, open.
 *
 * Others may have put it there, and may replace or change it at any moment. So it is opened once, and what was looked at is what is read: the file itself,
 * not what has its name by then. Who has copied something asks with `assertUnchanged` whether it was still the same.
 */
export class GuardedFile implements Disposable {
  readonly file: H5File;
  readonly #descriptor: number;
  readonly #stats: BigIntStats;
  readonly #path: string;

  private constructor(path: string, descriptor: number, stats: BigIntStats, file: H5File) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.#stats = stats;
    this.file = file;
  }

  /**
   * Opens a fragment. Throws `poisoned-fragment` when it is no regular file, has a second name, is of a stranger, or when something in it leads out of it; and
   * what `openFile` throws.
   */
  static open(path: string, {owners}: {owners?: OwnerRule} = {}): GuardedFile {
    checkName(path);
    checkFile(
      path,
      asHdf5(path, () => lstatSync(path, {bigint: true})),
      owners,
    ); // before it is opened: opening a device does something
    const descriptor = asHdf5(path, () => openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
    try {
      const stats = fstatSync(descriptor, {bigint: true});
      checkFile(path, stats, owners);
      // A name for exactly this file; elsewhere than on Linux its own name has to do.
      const own = existsSync(openFiles) ? join(openFiles, String(descriptor)) : path;
      const file = openFile(own, 'r', {locking: false});
      return checkContent(new GuardedFile(path, descriptor, stats, file));
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /** Throws `fragment-changed` when somebody wrote into it since it was opened. */
  assertUnchanged(): void {
    const now = fstatSync(this.#descriptor, {bigint: true});
    const {size, mtimeNs, ctimeNs, nlink} = this.#stats;
    // The official combiner takes the second name of a run file away, which changes the time of its entry, but not its content.
    const isEntrySame = ctimeNs === now.ctimeNs || (nlink === 2n && now.nlink === 1n);
    const same = size === now.size && mtimeNs === now.mtimeNs && isEntrySame;
    if (!same) throw new FirstlightError('fragment-changed', `${basename(this.#path)} was written to while it was merged.`);
  }

  /** The open file alone, for who only reads. */
  release(): H5File {
    closeSync(this.#descriptor);
    return this.file;
  }

  [Symbol.dispose](): void {
    this.file[Symbol.dispose]();
    closeSync(this.#descriptor);
  }
}

/** The system's refusals in the words of the HDF5 package, which callers know. */
function asHdf5<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const {code} = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new FirstlightError('hdf5-no-file', `There is no file ${path}.`, {cause});
    if (code === 'EACCES') throw new FirstlightError('hdf5-permission', `${path} cannot be read by this account.`, {cause});
    if (code === 'ELOOP') throw poisoned('it is a link, not a file');
    throw cause;
  }
}

function checkContent(guarded: GuardedFile): GuardedFile {
  try {
    const outward = outwardPart(guarded.file);
    if (outward !== undefined) throw poisoned(outward);
    return guarded;
  } catch (error) {
    guarded.file[Symbol.dispose]();
    throw error;
  }
}

function checkName(path: string): void {
  const run = runOfFragment(basename(path));
  if (!run) throw poisoned('its name is not that of a fragment');
  if (run.proposal > largestNumber || run.run > largestNumber) throw poisoned('there is no run of such a number');
}

function checkFile(path: string, stats: BigIntStats, owners: OwnerRule | undefined): void {
  if (stats.isSymbolicLink()) throw poisoned('it is a link, not a file');
  if (!stats.isFile()) throw poisoned('it is not a regular file');
  if (stats.nlink > 1n && !isRunFile(path, stats)) throw poisoned('the file has a second name (a hard link)');
  const uid = Number(stats.uid);
  if (owners && !owners(uid))
    throw poisoned(
      `it belongs to user ${uid}, who is neither the owner of this folder nor in its group; if that is right, add ${uid} to the setting fl_fragment_owners and move the file back`,
    );
}

/** The official combiner makes a first fragment the run's file by giving it that name, and takes the other away a moment later, or (killed) never. */
function isRunFile(path: string, {ino, dev, nlink}: BigIntStats): boolean {
  const run = runOfFragment(basename(path));
  const final = run && statSync(join(dirname(path), runFileName(run)), {bigint: true, throwIfNoEntry: false});
  return nlink === 2n && final?.ino === ino && final.dev === dev;
}

const poisoned = (why: string): FirstlightError => new FirstlightError('poisoned-fragment', why);
