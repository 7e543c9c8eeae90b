import {existsSync} from 'node:fs';
import {isFirstlightError} from '@firstlight/core';
import type {Id} from './calls.ts';
import {checked, failure} from './failure.ts';
import {H5Group} from './group.ts';
import {Handle, withId} from './handles.ts';
import {h5, library} from './library.ts';

/** How to open: read; read and write; write a new file, truncating an old one; write a file that must not exist. */
export type OpenMode = 'r' | 'r+' | 'w' | 'x';

/** How to open, in detail. */
export interface OpenOptions {
  /** How long to wait for another process to let go of the file, in milliseconds; blocks the thread. Default 0. */
  readonly lockTimeoutMs?: number;
  /**
   * Use HDF5's file locks (default). Without, nothing stops a reader from reading what is half written. HDF5 before 1.10.7 cannot do without, except by
   * the environment variable HDF5_USE_FILE_LOCKING.
   */
  readonly locking?: boolean;
  /** Single writer, multiple readers: read while another process writes, or write so that others can (see `startSwmrWrite`). */
  readonly swmr?: boolean;
  /** `latest` uses the newer file format of HDF5 1.10, which SWMR needs; default `earliest`, which every reader knows. */
  readonly format?: 'earliest' | 'latest';
  /** Remember the order in which names are made in the root group (new files only). */
  readonly trackOrder?: boolean;
  /** Keep the file in memory: nothing is on the disk, and it is gone when it is closed (mode x only). */
  readonly inMemory?: boolean;
}

const access = {r: 0, 'r+': 1, w: 2, x: 4} as const;
const swmrRead = 0x40;
const swmrWrite = 0x20;
const closeEverything = 3;
const format110 = 2;
const flushEverything = 1;
const retryEveryMs = 10;
const memoryStepBytes = 65_536;
const trackedAndIndexed = 3;

/** An open HDF5 file, and its root group. Closing it closes everything opened through it. */
export class H5File extends H5Group {
  /** Writes everything to the file. */
  flush(): void {
    this.handle.written(h5().H5Fflush(this.id, flushEverything), () => `flush "${this.filename}"`);
  }

  /** Lets readers in while this goes on writing; after this no new objects can be made. Needs a file of format `latest` (or made with `swmr`). */
  startSwmrWrite(): void {
    checked(h5().H5Fstart_swmr_write(this.id), () => `let readers into "${this.filename}"`);
  }
}

/**
 * Opens an HDF5 file.
 *
 * Calls block the thread until the disk has answered; in a process that serves requests, use a `HelperProcess`.
 * Throws `hdf5-no-file`, `hdf5-exists` (mode x), `hdf5-locked`, `hdf5-not-hdf5`, `hdf5-truncated`, `hdf5-permission` or `hdf5-failed`, with the library's reason.
 *
 * @example
 * using file = openFile('p1234_r7.h5', 'r');
 * const {shape, data} = file.read('intensity/data');
 */
export function openFile(path: string, mode: OpenMode, options: OpenOptions = {}): H5File {
  const deadline = performance.now() + (options.lockTimeoutMs ?? 0);
  for (;;) {
    try {
      return openOnce(path, mode, options);
    } catch (error) {
      if (!isFirstlightError(error, 'hdf5-locked') || performance.now() >= deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.min(retryEveryMs, deadline - performance.now()));
    }
  }
}

const purposes = {r: 'reading', 'r+': 'writing', w: 'writing', x: 'writing'} as const;

function openOnce(path: string, mode: OpenMode, options: OpenOptions): H5File {
  // The library truncates an existing file before it looks for a lock.
  if (mode === 'w' && options.locking !== false && existsSync(path)) checkNotLocked(path, options);
  const id = withAccess(mode, options, (properties) =>
    // Checked here, because closing the properties clears the library's reasons.
    checked(openOrCreate(path, mode, properties, options), () => `open "${path}" for ${purposes[mode]}`),
  );
  return new H5File(new Handle('file', id, `"${path}"`), '/', {filename: path});
}

const openOrCreate = (path: string, mode: OpenMode, properties: Id, options: OpenOptions): Id =>
  mode === 'w' || mode === 'x' ? create(path, mode, properties, options) : h5().H5Fopen(path, flagsOf(mode, options), properties);

const flagsOf = (mode: 'r' | 'r+', {swmr}: OpenOptions): number => access[mode] | (swmr ? (mode === 'r' ? swmrRead : swmrWrite) : 0);

function create(path: string, mode: 'w' | 'x', properties: Id, {trackOrder}: OpenOptions): Id {
  return withId(
    checked(h5().H5Pcreate(library().id('H5P_CLS_FILE_CREATE_ID_g')), () => 'make file properties'),
    h5().H5Pclose,
    (creation) => {
      if (trackOrder) h5().H5Pset_link_creation_order(creation, trackedAndIndexed);
      if (trackOrder) h5().H5Pset_attr_creation_order(creation, trackedAndIndexed);
      return checked(h5().H5Fcreate(path, access[mode], creation, properties), () => `open "${path}" for writing`);
    },
  );
}

function checkNotLocked(path: string, options: OpenOptions): void {
  withAccess('r+', options, (properties) => {
    const id = h5().H5Fopen(path, access['r+'], properties);
    if (id >= 0) {
      h5().H5Fclose(id);
      return;
    }
    const error = failure(`open "${path}" for writing`);
    // Anything else (not an HDF5 file, damaged) is about to be truncated anyway.
    if (error.code === 'hdf5-locked') throw error;
  });
}

function withAccess<T>(
  mode: OpenMode,
  {locking = true, swmr = false, format = swmr ? 'latest' : 'earliest', inMemory = false}: OpenOptions,
  use: (properties: Id) => T,
): T {
  return withId(
    checked(h5().H5Pcreate(library().id('H5P_CLS_FILE_ACCESS_ID_g')), () => 'make file properties'),
    h5().H5Pclose,
    (id) => {
      h5().H5Pset_fclose_degree(id, closeEverything);
      // "Best effort": a file system without locks is no reason to refuse its files.
      h5().setFileLocking?.(id, locking ? 1 : 0, 1);
      if (inMemory) h5().H5Pset_fapl_core(id, memoryStepBytes, 0);
      if (format === 'latest' && mode !== 'r') h5().H5Pset_libver_bounds(id, format110, format110);
      return use(id);
    },
  );
}
