import {FirstlightError} from '@firstlight/core';
import type {Id} from './calls.ts';
import {h5} from './library.ts';

/** What kind of thing an open identifier belongs to. */
export type HandleKind = 'file' | 'group' | 'dataset' | 'datatype';

const closeCall = {file: 'H5Fclose', group: 'H5Gclose', dataset: 'H5Dclose', datatype: 'H5Tclose'} as const;

const open = new Map<Handle, string>();

// Only a safety net for long-lived processes: an identifier that nobody can reach any more keeps its file open, and locked.
const forgotten = new FinalizationRegistry<Handle>((handle) => handle.close());

/** One open identifier of the library; closing it twice is harmless. */
export class Handle {
  readonly kind: HandleKind;
  readonly label: string;
  readonly #children = new Set<Handle>();
  readonly #parent: Handle | undefined;
  #id: Id | undefined;

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

  /** Closes this and everything that was opened through it; true when there was something to close. */
  close(): boolean {
    const id = this.#id;
    if (id === undefined) return false;
    for (const child of this.#children) child.close();
    this.#id = undefined;
    if (this.#parent) this.#parent.#children.delete(this);
    open.delete(this);
    forgotten.unregister(this);
    h5()[closeCall[this.kind]](id);
    return true;
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
