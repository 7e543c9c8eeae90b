import {FirstlightError, sizeOf} from '@firstlight/core';
import type {NDArray} from '@firstlight/core';
import koffi from 'koffi';
import type {Id} from './calls.ts';
import {describeType} from './element-type.ts';
import type {ElementType} from './element-type.ts';
import {checked, failure} from './failure.ts';
import type {Handle} from './handles.ts';
import {withId} from './handles.ts';
import {h5} from './library.ts';
import {readArray, scalarOf} from './read-elements.ts';
import type {ElementSource} from './read-elements.ts';
import {readValues} from './read-values.ts';
import {makeSpace, shapeOfSpace} from './space.ts';
import {store} from './storable.ts';
import type {Storable, StoreType} from './storable.ts';

const byName = 0;
const increasing = 0;

let collector: bigint | undefined;
let collected: string[] = [];

function collect(_location: Id, name: bigint): number {
  collected.push(koffi.decode.string(name));
  return 0;
}

/** The attributes of a group or dataset. */
export class H5Attributes {
  readonly #owner: Handle;

  constructor(owner: Handle) {
    this.#owner = owner;
  }

  /** The names, sorted. */
  keys(): string[] {
    collector ??= koffi.register(
      collect,
      koffi.pointer(koffi.proto('int FirstlightAttribute(int64 location, void *name, void *info, void *data)')),
    );
    collected = [];
    checked(
      h5().H5Aiterate2(this.#owner.id, byName, increasing, null, collector, null),
      () => `list the attributes of the ${this.#label()}`,
    );
    return collected;
  }

  /** The names with their values, as `get` gives them. */
  entries(): [string, unknown][] {
    return this.keys().map((name) => [name, this.get(name)]);
  }

  has(name: string): boolean {
    return checked(h5().H5Aexists(this.#owner.id, name), () => `look for the attribute "${name}" of the ${this.#label()}`) > 0;
  }

  /**
   * The value of an attribute: a number, bigint (64-bit integers), boolean, string or complex number for a scalar, an `NDArray` for an array, null for an
   * empty dataspace; compounds as objects, references as `H5Reference`, variable-length elements as lists. Undefined when there is no such attribute.
   */
  get(name: string): unknown {
    return this.#open(name, (source, shape) => {
      if (shape === null) return null;
      if (source.type.dtype === undefined) {
        const values = readValues(source, this.#owner.id);
        return shape.length === 0 ? values[0] : values;
      }
      const array = readArray(source);
      return array.shape.length === 0 ? scalarOf(array) : array;
    });
  }

  /** The value of an attribute with its exact type, a scalar as an array of shape `[]`; null for an empty dataspace, undefined when there is none. */
  array(name: string): NDArray | null | undefined {
    return this.#open(name, (source, shape) => (shape === null ? null : readArray(source)));
  }

  /** What the elements of an attribute are; undefined when there is no such attribute. */
  type(name: string): ElementType | undefined {
    return this.#open(name, (source) => source.type);
  }

  /** Writes an attribute, instead of the one of that name if there is one. */
  set(name: string, value: Storable, as: StoreType = {}): void {
    const stored = store(value, as);
    try {
      this.write(name, {type: stored.fileType, shape: stored.shape}, (attribute) =>
        stored.shape === null || sizeOf(stored.shape) === 0 ? 0 : h5().H5Awrite(attribute, stored.memoryType, stored.memory),
      );
    } finally {
      stored.release();
    }
  }

  /** Makes an attribute of a given HDF5 type, instead of the one of that name, and lets `fill` write it. For use inside this package. */
  write(name: string, {type, shape}: {type: Id; shape: readonly number[] | null}, fill: (attribute: Id) => number): void {
    if (this.has(name)) this.delete(name);
    const what = () => `write the attribute "${name}" of the ${this.#label()}`;
    withId(makeSpace(shape), h5().H5Sclose, (space) =>
      withId(checked(h5().H5Acreate2(this.#owner.id, name, type, space, 0, 0), what), h5().H5Aclose, (attribute) =>
        checked(fill(attribute), what),
      ),
    );
  }

  /** Removes an attribute. Throws `hdf5-not-found` when there is none. */
  delete(name: string): void {
    checked(h5().H5Adelete(this.#owner.id, name), () => `delete the attribute "${name}" of the ${this.#label()}`);
  }

  #label(): string {
    return `${this.#owner.kind} ${this.#owner.label}`;
  }

  #open<T>(name: string, use: (source: ElementSource, shape: readonly number[] | null) => T): T | undefined {
    const id = h5().H5Aopen(this.#owner.id, name, 0);
    if (id < 0) {
      const error = failure(`open the attribute "${name}" of the ${this.#label()}`);
      if (error.code === 'hdf5-not-found') return undefined;
      throw error;
    }
    return withId(id, h5().H5Aclose, () => this.#read(id, name, use));
  }

  #read<T>(id: Id, name: string, use: (source: ElementSource, shape: readonly number[] | null) => T): T {
    const label = () => `attribute "${name}" of the ${this.#label()}`;
    const typeId = checked(h5().H5Aget_type(id), () => `read the type of the ${label()}`);
    return withId(typeId, h5().H5Tclose, () => {
      const shape = withId(
        checked(h5().H5Aget_space(id), () => `read the shape of the ${label()}`),
        h5().H5Sclose,
        shapeOfSpace,
      );
      const type = describeType(typeId);
      if (shape !== null && sizeOf(shape) > 2 ** 40)
        throw new FirstlightError('hdf5-too-large', `The ${label()} claims to have ${sizeOf(shape)} elements; the file is damaged.`);
      return use({type, typeId, shape: shape ?? [], label, read: (memoryType, memory) => h5().H5Aread(id, memoryType, memory)}, shape);
    });
  }
}
