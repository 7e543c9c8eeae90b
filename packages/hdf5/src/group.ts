import {FirstlightError, sizeOf} from '@firstlight/core';
import type {DType, NDArray} from '@firstlight/core';
import {H5Attributes} from './attributes.ts';
import type {Id} from './calls.ts';
import {isWorthReserving, linkProperties, withDatasetProperties, withGroupProperties} from './creation.ts';
import type {CreateOptions, NewDataset} from './creation.ts';
import {H5Dataset} from './dataset.ts';
import {checked} from './failure.ts';
import {Handle, withId} from './handles.ts';
import {h5, library} from './library.ts';
import {linkNames, linkOf, remembersOrder} from './links.ts';
import type {H5Link} from './links.ts';
import {bytesOf, typeOf} from './memory-types.ts';
import {copyElements, isOnePiece, makeAlike} from './raw-copy.ts';
import {reserveSpace} from './reserve.ts';
import type {Selection} from './selection.ts';
import {makeSpace} from './space.ts';
import {store} from './storable.ts';
import type {Storable, Stored} from './storable.ts';

/** What a path in a file can be. */
export type H5Kind = 'group' | 'dataset' | 'datatype';

const kindOfIdentifier: Readonly<Record<number, H5Kind>> = {2: 'group', 3: 'datatype', 5: 'dataset'};
const withoutAttributes = 0x0010;

/** A group in an open file. Paths may be relative to it or absolute. Close it with `using`, or let its file close it. */
export class H5Group implements Disposable {
  /** Absolute path in its file. */
  readonly path: string;
  /** The file's name as it was opened. */
  readonly filename: string;
  readonly attributes: H5Attributes;
  protected readonly handle: Handle;
  readonly #file: H5Group | undefined;

  /** Use `openFile(…)` or `group.group(path)`. */
  constructor(handle: Handle, path: string, {filename, file}: {filename: string; file?: H5Group}) {
    this.handle = handle;
    this.path = path;
    this.filename = filename;
    this.#file = file;
    handle.watch(this);
    this.attributes = new H5Attributes(handle);
  }

  /** The library's identifier, for use inside this package. */
  get id(): Id {
    return this.handle.id;
  }

  /** The file it belongs to. */
  get file(): H5Group {
    return this.#file ?? this;
  }

  /** The names in it: sorted, or in order of creation where the group remembers it. */
  keys(): string[] {
    return linkNames(this.id, () => `list ${this.#label()}`);
  }

  /** Whether something can be reached at a path; a soft or external link that leads nowhere does not count. */
  has(path: string): boolean {
    if (!this.#linked(path)) return false;
    const found = h5().H5Oexists_by_name(this.id, clean(path), 0);
    if (found < 0) h5().H5Eclear2(0);
    return found > 0;
  }

  /** What is at a path; undefined when nothing is. */
  kind(path: string): H5Kind | undefined {
    if (!this.#linked(path)) return undefined;
    const id = h5().H5Oopen(this.id, clean(path), 0);
    if (id < 0) return void h5().H5Eclear2(0);
    return withId(id, h5().H5Oclose, () => kindOfIdentifier[h5().H5Iget_type(id)]);
  }

  /** Where a name leads, without following it. Throws `hdf5-not-found`. */
  link(name: string): H5Link {
    return linkOf(this.id, clean(name), () => `look up "${name}" in ${this.#label()}`);
  }

  /** Opens a group. Throws `hdf5-not-found`. */
  group(path: string): H5Group {
    return this.#group(
      checked(h5().H5Gopen2(this.id, clean(path), 0), () => `open the group "${path}" in ${this.#label()}`),
      path,
    );
  }

  /** Opens a dataset. Throws `hdf5-not-found`. */
  dataset(path: string): H5Dataset {
    return this.#dataset(
      checked(h5().H5Dopen2(this.id, clean(path), 0), () => `open the dataset "${path}" in ${this.#label()}`),
      path,
    );
  }

  /** Opens a dataset, reads all or a part of it, and closes it. */
  read(path: string, selection?: Selection): NDArray {
    using dataset = this.dataset(path);
    return dataset.read(selection);
  }

  /** Opens a dataset, takes its value as JavaScript has it (see `H5Dataset.value`), and closes it. */
  value(path: string): unknown {
    using dataset = this.dataset(path);
    return dataset.value();
  }

  /** Makes a group, and those on the way to it. Throws `hdf5-exists`. */
  createGroup(path: string, options: {trackOrder?: boolean} = {}): H5Group {
    const id = withGroupProperties(options, (properties) =>
      checked(h5().H5Gcreate2(this.id, clean(path), linkProperties(), properties, 0), () => `make the group "${path}" in ${this.#label()}`),
    );
    return this.#group(id, path);
  }

  /** Opens a group, or makes it when there is none. */
  requireGroup(path: string): H5Group {
    return this.has(path) ? this.group(path) : this.createGroup(path);
  }

  /**
   * Makes a dataset that holds a value, and the groups on the way to it. Throws `hdf5-exists`.
   *
   * @example
   * file.createDataset('a/data', {dtype: 'float32', shape: [2, 2], data: new Float32Array(4)}, {gzip: 4, shuffle: true});
   */
  createDataset(path: string, value: Storable, options: CreateOptions = {}): H5Dataset {
    const stored = store(value, options);
    try {
      const dataset = this.#create(
        path,
        {type: stored.fileType, dtype: stored.dtype, shape: stored.shape},
        {...options, writtenAtOnce: true},
      );
      if (stored.shape !== null && sizeOf(stored.shape) > 0) this.#fill(dataset, stored);
      return dataset;
    } finally {
      stored.release();
    }
  }

  /** Makes a dataset of a type and shape whose elements have the fill value, to be written part by part. */
  createEmpty(path: string, dtype: DType, shape: readonly number[], options: CreateOptions = {}): H5Dataset {
    if (dtype !== 'string' || (options.fixedLength === undefined && !options.ascii))
      return this.#create(path, {type: typeOf(dtype), dtype, shape}, options);
    const stored = store({dtype: 'string', shape: [], data: ['']}, options);
    try {
      return this.#create(path, {type: stored.fileType, dtype, shape}, options);
    } finally {
      stored.release();
    }
  }

  /** Removes a name; what it named is gone when nothing else names it. Its space in the file is reused by what is written while the file is open. */
  delete(path: string): void {
    checked(h5().H5Ldelete(this.id, clean(path), 0), () => `delete "${path}" from ${this.#label()}`);
  }

  /** Gives something another path. */
  move(from: string, to: string): void {
    checked(
      h5().H5Lmove(this.id, clean(from), this.id, clean(to), linkProperties(), 0),
      () => `move "${from}" to "${to}" in ${this.#label()}`,
    );
  }

  /**
   * Copies a group or dataset, with everything in it, to a group of this or another file.
   *
   * Big plain arrays are copied by the system, several times faster than by the library, where nothing else depends on how it is done.
   */
  copy(from: string, to: H5Group, name: string, options: {withoutAttributes?: boolean} = {}): void {
    const kind = this.kind(from);
    if (kind === 'dataset' && this.#copyPiece(from, to, name, options)) return;
    if (kind === 'group' && this.#copyAround(from, to, name, options)) return;
    const what = () => `copy "${from}" from ${this.#label()} to "${name}" in ${to.#label()}`;
    const properties = checked(h5().H5Pcreate(library().id('H5P_CLS_OBJECT_COPY_ID_g')), what);
    withId(properties, h5().H5Pclose, () => {
      if (options.withoutAttributes) h5().H5Pset_copy_object(properties, withoutAttributes);
      checked(h5().H5Ocopy(this.id, clean(from), to.id, clean(name), properties, linkProperties()), what);
    });
  }

  /** Gives something a further name. */
  createHardLink(name: string, target: string): void {
    checked(
      h5().H5Lcreate_hard(this.id, clean(target), this.id, clean(name), linkProperties(), 0),
      () => `link "${name}" to "${target}" in ${this.#label()}`,
    );
  }

  /** Makes a name for a path, which need not exist yet. */
  createSoftLink(name: string, target: string): void {
    checked(
      h5().H5Lcreate_soft(clean(target), this.id, clean(name), linkProperties(), 0),
      () => `link "${name}" to "${target}" in ${this.#label()}`,
    );
  }

  /** Makes a name for a path in another file, whose name is relative to this file's folder. */
  createExternalLink(name: string, file: string, path: string): void {
    checked(
      h5().H5Lcreate_external(clean(file), clean(path), this.id, clean(name), linkProperties(), 0),
      () => `link "${name}" to "${path}" of "${file}" in ${this.#label()}`,
    );
  }

  [Symbol.dispose](): void {
    this.handle.close();
  }

  /** Copies a dataset of one piece; false when it is none, or has attributes to be copied. */
  #copyPiece(from: string, to: H5Group, name: string, {withoutAttributes = false}: {withoutAttributes?: boolean}): boolean {
    using source = this.dataset(from);
    if (!isOnePiece(source) || !(withoutAttributes || source.attributes.keys().length === 0)) return false;
    using target = to.#dataset(makeAlike(source, to.id, clean(name), linkProperties()), name);
    reserveSpace(to.file.id, target.id, source.bytes);
    copyElements({file: this.file.id, dataset: source.id}, {file: to.file.id, dataset: target.id}, source.bytes);
    return true;
  }

  /** Copies a group one by one, when there is a dataset of one piece in it; false when there is none, or something that only the library can copy. */
  #copyAround(from: string, to: H5Group, name: string, options: {withoutAttributes?: boolean}): boolean {
    using source = this.group(from);
    const names = source.keys();
    if (!names.every((key) => source.#isCopiedAlone(key)) || !names.some((key) => source.#isOnePiece(key))) return false;
    const attributes = options.withoutAttributes ? [] : source.attributes.keys();
    if (!attributes.every((key) => source.attributes.type(key)?.dtype === 'string')) return false;
    using target = to.#createLike(source, name);
    for (const key of attributes) copyText(source.attributes, target.attributes, key);
    for (const key of names) source.copy(key, target, key, options);
    return true;
  }

  #isCopiedAlone(name: string): boolean {
    const kind = this.kind(name);
    return this.link(name).kind === 'hard' && (kind === 'dataset' || kind === 'group');
  }

  #isOnePiece(name: string): boolean {
    if (this.kind(name) !== 'dataset') return false;
    using dataset = this.dataset(name);
    return isOnePiece(dataset);
  }

  // Not from the other's creation properties: they count its links, too.
  #createLike(group: H5Group, name: string): H5Group {
    const id = withGroupProperties({trackOrder: remembersOrder(group.id)}, (properties) =>
      checked(h5().H5Gcreate2(this.id, clean(name), linkProperties(), properties, 0), () => `make the group "${name}" in ${this.#label()}`),
    );
    return this.#group(id, name);
  }

  #fill(dataset: H5Dataset, {dtype, shape, memoryType, memory}: Stored): void {
    if (isWorthReserving(dtype, shape)) reserveSpace(this.file.id, dataset.id, sizeOf(shape ?? []) * bytesOf(dtype));
    try {
      this.file.handle.written(
        h5().H5Dwrite(dataset.id, memoryType, 0, 0, 0, memory),
        () => `write the dataset "${dataset.path}" in ${this.#label()}`,
      );
    } catch (error) {
      dataset[Symbol.dispose]();
      throw error;
    }
  }

  #create(path: string, {type, dtype, shape}: {type: Id; dtype: DType; shape: readonly number[] | null}, options: NewDataset): H5Dataset {
    const id = withId(makeSpace(shape, options.maxShape), h5().H5Sclose, (space) =>
      withDatasetProperties(dtype, shape, options, (properties) =>
        checked(
          h5().H5Dcreate2(this.id, clean(path), type, space, linkProperties(), properties, 0),
          () => `make the dataset "${path}" in ${this.#label()}`,
        ),
      ),
    );
    return this.#dataset(id, path);
  }

  // H5Oexists_by_name fails on a path whose first parts are missing, so they are looked for one by one.
  #linked(path: string): boolean {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    let prefix = path.startsWith('/') ? '' : '.';
    return parts.every((part) => {
      prefix = `${prefix}/${part}`;
      const found = h5().H5Lexists(this.id, clean(prefix), 0);
      if (found < 0) h5().H5Eclear2(0);
      return found > 0;
    });
  }

  #label(): string {
    return `"${this.path}" of "${this.filename}"`;
  }

  #group(id: Id, path: string): H5Group {
    const full = joined(this.path, path);
    return new H5Group(new Handle('group', id, `"${full}" of "${this.filename}"`, this.file.handle), full, {
      filename: this.filename,
      file: this.file,
    });
  }

  #dataset(id: Id, path: string): H5Dataset {
    return new H5Dataset(id, joined(this.path, path), {file: this.file, fileHandle: this.file.handle, filename: this.filename});
  }
}

function copyText(from: H5Attributes, to: H5Attributes, name: string): void {
  const text = from.type(name)?.text;
  const as = text === undefined ? {} : {ascii: text.ascii, ...(text.bytes === 'variable' ? {} : {fixedLength: text.bytes})};
  to.set(name, from.array(name) ?? null, as);
}

// The library would silently stop reading a name at a NUL.
function clean(path: string): string {
  if (path === '' || path.includes('\0'))
    throw new FirstlightError('hdf5-name', `${JSON.stringify(path)} cannot be a name in an HDF5 file.`);
  return path;
}

function joined(base: string, path: string): string {
  const parts = (path.startsWith('/') ? path : `${base}/${path}`).split('/').filter((part) => part !== '' && part !== '.');
  return `/${parts.join('/')}`;
}
