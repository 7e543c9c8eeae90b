import {FirstlightError} from '@firstlight/core';
import type {Id} from './calls.ts';
import {failure} from './failure.ts';
import {h5} from './library.ts';

/** What kind of thing an open identifier belongs to. */
export type HandleKind = 'file' | 'group' | 'dataset' | 'datatype';

const closeCall = {file: 'H5Fclose', group: 'H5Gclose', dataset: 'H5Dclose', datatype: 'H5Tclose'} as const;

const open = new Map<Handle, string>();

// Only a safety net for long-lived processes: an identifier that nobody can reach any more keeps its file open, and locked.
const forgotten = new FinalizationRegistry<Handle>((handle) => {
  try {
    handle.close();
  } catch {
    // Whoever could have been told has let go of it.
  }
});

/** One open identifier of the library; closing it twice is harmless. */
export class Handle {
  readonly kind: HandleKind;
  readonly label: string;
  readonly #children = new Set<Handle>();
  readonly #parent: Handle | undefined;
  #id: Id | undefined;
  // Of a file: someone has been told that not everything reached the disk.
  #writeFailed = false;

  constructor(kind: HandleKind, id: Id, label: string, parent?: Handle) {
    this.kind = kind;
    this.label = label;
    this.#id = id;
    this.#parent = parent;
    if (parent) parent.#children.add(this);
    open.set(this, label);
  }

  /** The identifier; throws `hdf5-closed` after the end of its life. */
  get id(): Id {
    if (this.#id === undefined)
      throw new FirstlightError('hdf5-closed', `The ${this.kind} ${this.label} is closed already; open it again to use it.`);
    return this.#id;
  }

  get isOpen(): boolean {
    return this.#id !== undefined;
  }

  /** Closes when its owner is collected without having been closed. */
  watch(owner: object): void {
    forgotten.register(owner, this, this);
  }

  /** Passes the result of a write on, or throws what the library says when it is negative. */
  written(result: number, what: () => string): void {
    if (result >= 0) return;
    this.#root.#writeFailed = true;
    throw failure(what());
  }

  /**
   * Closes this and everything that was opened through it.
   *
   * Data may reach the disk only now, so this throws as a write does; not when a write to the file has failed already, which has been told.
   */
  close(): void {
    if (this.#id === undefined) return;
    const results = [...this.#children].map((child) => child.#closeOne());
    const error = [...results, this.#closeOne()].find((result) => result !== undefined);
    if (error === undefined || this.#root.#writeFailed) return;
    this.#root.#writeFailed = true;
    throw error;
  }

  get #root(): Handle {
    return this.#parent ?? this;
  }

  #closeOne(): FirstlightError | undefined {
    const id = this.#id as Id;
    this.#id = undefined;
    if (this.#parent) this.#parent.#children.delete(this);
    open.delete(this);
    forgotten.unregister(this);
    const close = h5()[closeCall[this.kind]];
    if (close(id) >= 0) return undefined;
    const error = failure(`close the ${this.kind} ${this.label}`);
    // The library keeps what it could not flush; it lets go, and unlocks the file, when asked again.
    close(id);
    return error;
  }
}

/**
 * Says which files, groups and datasets are open in this process, for instance `dataset "/a/data" of "x.h5"`.
 *
 * Tests assert after each case that it is empty: a handle that was not closed keeps its file locked.
 */
export const openHandles = (): string[] => [...open].map(([handle, label]) => `${handle.kind} ${label}`);

/** Uses an identifier and closes it, whatever happens. */
export function withId<T>(id: Id, close: (id: Id) => number, use: (id: Id) => T): T {
  try {
    return use(id);
  } finally {
    close(id);
  }
}
