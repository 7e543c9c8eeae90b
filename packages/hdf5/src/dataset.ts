import {FirstlightError, sizeOf} from '@firstlight/core';
import type {DType, NDArray} from '@firstlight/core';
import {H5Attributes} from './attributes.ts';
import type {Id} from './calls.ts';
import {describeType} from './element-type.ts';
import type {ElementType} from './element-type.ts';
import {checked} from './failure.ts';
import {chunksOf, filtersOf, storageOf} from './filters.ts';
import type {Filter, Storage} from './filters.ts';
import {Handle, withId} from './handles.ts';
import {h5} from './library.ts';
import {readArray, scalarOf} from './read-elements.ts';
import type {ElementSource, ReadTarget} from './read-elements.ts';
import {readValues} from './read-values.ts';
import * as scales from './scales.ts';
import {resolveSelection} from './selection.ts';
import type {Hyperslab, Selection} from './selection.ts';
import {maxShapeOfSpace, shapeOfSpace, withSelected} from './space.ts';
import {store, toArray} from './storable.ts';
import type {Storable, Stored} from './storable.ts';
import {repeated} from './repeated.ts';

/** A dataset in an open file. Close it with `using`, or let its file close it. */
export class H5Dataset implements Disposable {
  /** Absolute path in its file. */
  readonly path: string;
  readonly attributes: H5Attributes;
  readonly #handle: Handle;
  // Keeps the file from being collected, and so closed, as long as this is in use.
  readonly #file: object;
  #elementType: ElementType | undefined;

  /** Use `group.dataset(path)`. */
  constructor(id: Id, path: string, {file, fileHandle, filename}: {file: object; fileHandle: Handle; filename: string}) {
    this.path = path;
    this.#file = file;
    this.#handle = new Handle('dataset', id, `"${path}" of "${filename}"`, fileHandle);
    this.#handle.watch(this);
    this.attributes = new H5Attributes(this.#handle);
  }

  /** The library's identifier, for use inside this package. */
  get id(): Id {
    return this.#handle.id;
  }

  /** `[]` for a scalar, null for an empty dataspace. Asked anew each time, since another process may make the dataset grow. */
  get shape(): number[] | null {
    return this.#withSpace(shapeOfSpace);
  }

  get maxShape(): (number | null)[] {
    return this.#withSpace(maxShapeOfSpace);
  }

  get dtype(): ElementType['kind'] {
    return this.type.kind;
  }

  /** What its elements are, in full. */
  get type(): ElementType {
    if (this.#elementType === undefined) this.#withType((typeId) => (this.#elementType = describeType(typeId)));
    return this.#elementType as ElementType;
  }

  /** Shape of a chunk; null when the data is not chunked. */
  get chunks(): number[] | null {
    return chunksOf(this.id);
  }

  /** Whether its elements are kept in this file, in files that it names, or in other datasets. */
  get storage(): Storage {
    return storageOf(this.id);
  }

  /** What each chunk went through, in the order of writing. */
  get filters(): Filter[] {
    return filtersOf(this.id);
  }

  /** Bytes it takes in the file. */
  get bytes(): number {
    return Number(h5().H5Dget_storage_size(this.id));
  }

  /**
   * Reads all or a part into a new array, into the one given or into one of a pool.
   *
   * Throws `hdf5-unsupported` for compounds and other elements that fit no plain array, `hdf5-too-large` for more than the limit (`setReadLimit`).
   *
   * @example
   * const frame = dataset.read([7]);                                    // h5py: dataset[7]
   * const coarse = dataset.read([null, {start: 0, stop: 100, step: 10}]); // h5py: dataset[:, 0:100:10]
   */
  read(selection?: Selection, {into}: {into?: ReadTarget} = {}): NDArray {
    return this.#select(selection, (source) => readArray(source, into));
  }

  /** Reads all or a part as JavaScript values, one for each element in order: objects for compounds, lists, references. */
  readRecords(selection?: Selection): Record<string, unknown>[] {
    return this.#select(selection, (source) => readValues(source, this.id)) as Record<string, unknown>[];
  }

  /** The value as JavaScript has it: a number, bigint, boolean, string or complex number for a scalar, an array otherwise, null when empty. */
  value(): unknown {
    const {shape} = this;
    if (shape === null) return null;
    if (this.type.dtype === undefined) {
      const values = this.readRecords();
      return shape.length === 0 ? values[0] : values;
    }
    const array = this.read();
    return array.shape.length === 0 ? scalarOf(array) : array;
  }

  /** Writes all or a part; a single value is written to every element selected. Throws `hdf5-value` when the sizes differ. */
  write(value: Exclude<Storable, null>, selection?: Selection): void {
    const shape = this.#shapeForData();
    const slab = resolveSelection(selection ?? [], shape);
    const stored = store(this.#matching(value, slab), this.#storeType());
    try {
      this.#writeStored(stored, slab);
    } finally {
      stored.release();
    }
  }

  /** Changes the shape, within `maxShape`; new elements have the fill value. */
  resize(shape: readonly number[]): void {
    const rank = this.#shapeForData().length;
    if (shape.length !== rank)
      throw new FirstlightError(
        'hdf5-value',
        `The ${this.#label()} has ${rank} dimensions; it cannot be resized to [${shape.join(', ')}].`,
      );
    checked(
      h5().H5Dset_extent(this.id, BigUint64Array.from([...shape, 0], BigInt)),
      () => `resize the ${this.#label()} to [${shape.join(', ')}]`,
    );
  }

  /** Looks again at the file, when another process writes to it (SWMR). */
  refresh(): void {
    checked(h5().H5Drefresh(this.id), () => `refresh the ${this.#label()}`);
  }

  /** Makes what was written visible to readers (SWMR). */
  flush(): void {
    this.#handle.written(h5().H5Dflush(this.id), () => `flush the ${this.#label()}`);
  }

  /** Whether it is a dimension scale: the coordinates along a dimension of other datasets. */
  get isScale(): boolean {
    return scales.isScale(this);
  }

  /** The name it was given as a dimension scale; undefined when it is none. */
  get scaleName(): string | undefined {
    return scales.scaleName(this);
  }

  /** Makes it a dimension scale. */
  makeScale(name = ''): void {
    scales.makeScale(this, name);
  }

  /** Says that a dimension has the coordinates in `scale`, which is made a scale if it is none. */
  attachScale(dimension: number, scale: H5Dataset): void {
    scales.attachScale(this, dimension, scale);
  }

  /** The paths of the scales attached to a dimension. */
  scalesOf(dimension: number): string[] {
    return scales.scalesOf(this, dimension);
  }

  [Symbol.dispose](): void {
    this.#handle.close();
  }

  /** The open file this belongs to, for use inside this package. */
  get file(): object {
    return this.#file;
  }

  #label = (): string => `dataset ${this.#handle.label}`;

  #shapeForData(): number[] {
    const {shape} = this;
    if (shape === null) throw new FirstlightError('hdf5-empty', `The ${this.#label()} has an empty dataspace, which holds no data.`);
    return shape;
  }

  #withSpace<T>(use: (space: Id) => T): T {
    return withId(
      checked(h5().H5Dget_space(this.id), () => `read the shape of the ${this.#label()}`),
      h5().H5Sclose,
      use,
    );
  }

  #withType<T>(use: (type: Id) => T): T {
    return withId(
      checked(h5().H5Dget_type(this.id), () => `read the type of the ${this.#label()}`),
      h5().H5Tclose,
      use,
    );
  }

  #select<T>(selection: Selection | undefined, use: (source: ElementSource) => T): T {
    return this.#withType((typeId) => {
      this.#elementType ??= describeType(typeId);
      const common = {type: this.#elementType, typeId, label: this.#label};
      return this.#withSpace((space) => {
        const shape = shapeOfSpace(space);
        if (shape === null) throw new FirstlightError('hdf5-empty', `The ${this.#label()} has an empty dataspace, which holds no data.`);
        const slab = selection === undefined ? undefined : resolveSelection(selection, shape);
        if (slab === undefined || slab.whole)
          return use({
            ...common,
            shape: slab?.shape ?? shape,
            read: (memoryType, memory) => h5().H5Dread(this.id, memoryType, 0, 0, 0, memory),
          });
        return use({
          ...common,
          shape: slab.shape,
          read: (memoryType, memory) =>
            slab.size === 0
              ? 0
              : withSelected(space, slab, (memorySpace) => h5().H5Dread(this.id, memoryType, memorySpace, space, 0, memory)),
        });
      });
    });
  }

  #storeType(): {dtype?: DType; fixedLength?: number; ascii?: boolean} {
    const {text} = this.type;
    if (text === undefined) return {};
    return text.bytes === 'variable' ? {ascii: text.ascii} : {fixedLength: text.bytes, ascii: text.ascii};
  }

  #matching(value: Exclude<Storable, null>, slab: Hyperslab): Exclude<Storable, null> {
    if (typeof value === 'object' && 'fixedString' in value) return value;
    const array = toArray(value, typeof value === 'object' ? undefined : this.type.dtype);
    const size = sizeOf(array.shape);
    if (size === slab.size) return array;
    if (array.shape.length === 0) return repeated(array, slab.count);
    throw new FirstlightError(
      'hdf5-value',
      `An array of shape [${array.shape.join(', ')}] cannot be written to [${slab.shape.join(', ')}] of the ${this.#label()}.`,
    );
  }

  #writeStored({memoryType, memory}: Stored, slab: Hyperslab): void {
    if (slab.size === 0) return;
    const what = () => `write the ${this.#label()}`;
    if (slab.whole) {
      this.#handle.written(h5().H5Dwrite(this.id, memoryType, 0, 0, 0, memory), what);
      return;
    }
    this.#withSpace((space) =>
      withSelected(space, slab, (memorySpace) =>
        this.#handle.written(h5().H5Dwrite(this.id, memoryType, memorySpace, space, 0, memory), what),
      ),
    );
  }
}
