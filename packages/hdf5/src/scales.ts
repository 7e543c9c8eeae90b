import {FirstlightError, sizeOf} from '@firstlight/core';
import koffi from 'koffi';
import type {H5Attributes} from './attributes.ts';
import type {Id} from './calls.ts';
import {checked} from './failure.ts';
import {withId} from './handles.ts';
import {h5, library} from './library.ts';
import {fixedStringType, padding, typeClass, typeOf} from './memory-types.ts';
import {reclaim} from './read-elements.ts';
import {shapeOfSpace} from './space.ts';

// The attributes of the HDF5 "dimension scale" convention, which netCDF4 is made of. Written by hand: the library that does it (libhdf5_hl) is not everywhere.
const classAttribute = 'CLASS';
const nameAttribute = 'NAME';
const scaleListAttribute = 'DIMENSION_LIST';
const userListAttribute = 'REFERENCE_LIST';
const scaleClass = 'DIMENSION_SCALE';

const referenceBytes = 8;
// {dataset: reference, dimension: int32}, padded as the C structure is.
const userBytes = 16;
const dimensionOffset = 8;

/** What the functions here need of a dataset. */
export interface ScaleOwner {
  readonly id: Id;
  readonly path: string;
  readonly shape: number[] | null;
  readonly attributes: H5Attributes;
}

export const isScale = ({attributes}: ScaleOwner): boolean => attributes.get(classAttribute) === scaleClass;

/** The name a scale was given; undefined when it is none or has none. */
export function scaleName(dataset: ScaleOwner): string | undefined {
  const name = isScale(dataset) ? dataset.attributes.get(nameAttribute) : undefined;
  return typeof name === 'string' ? name : undefined;
}

export function makeScale({attributes}: ScaleOwner, name: string): void {
  setTerminated(attributes, classAttribute, scaleClass);
  setTerminated(attributes, nameAttribute, name);
}

// The convention's own library only accepts strings that end with a NUL.
function setTerminated(attributes: H5Attributes, name: string, text: string): void {
  const bytes = new TextEncoder().encode(`${text}\0`);
  withId(fixedStringType(bytes.length), h5().H5Tclose, (type) => {
    h5().H5Tset_strpad(type, padding.nullTerminated);
    attributes.write(name, {type, shape: []}, (attribute) => h5().H5Awrite(attribute, type, bytes));
  });
}

/** Attaches a scale to a dimension; attaching it again changes nothing. */
export function attachScale(dataset: ScaleOwner, dimension: number, scale: ScaleOwner): void {
  const rank = dataset.shape?.length ?? 0;
  if (!Number.isInteger(dimension) || dimension < 0 || dimension >= rank) {
    throw new FirstlightError(
      'hdf5-selection',
      `The dataset "${dataset.path}" has ${rank} dimensions; a scale cannot be attached to dimension ${dimension}.`,
    );
  }
  if (!isScale(scale)) makeScale(scale, '');
  const lists = scaleLists(dataset, rank);
  const reference = referenceTo(scale);
  if ((lists[dimension] as Uint8Array[]).some((known) => Buffer.compare(known, reference) === 0)) return;
  lists[dimension]?.push(reference);
  writeScaleLists(dataset, lists);
  addUser(scale, referenceTo(dataset), dimension);
}

function referenceTo(dataset: ScaleOwner): Uint8Array {
  const bytes = new Uint8Array(64);
  checked(h5().H5Rcreate(bytes, dataset.id, '.', 0, -1), () => `make a reference to "${dataset.path}"`);
  return bytes.slice(0, referenceBytes);
}

const objectReference = (): Id => library().id('H5T_STD_REF_OBJ_g');

const withListType = <T>(use: (type: Id) => T): T =>
  withId(
    checked(h5().H5Tvlen_create(objectReference()), () => 'make a list type'),
    h5().H5Tclose,
    use,
  );

// The references of each dimension, as bytes: looking for the name behind a reference may search the whole file.
function scaleLists({id, path, attributes}: ScaleOwner, rank: number): Uint8Array[][] {
  if (!attributes.has(scaleListAttribute)) return Array.from({length: rank}, () => []);
  const pairs = new BigUint64Array(Math.max(8, 2 * rank));
  return withListType((type) =>
    readRaw(id, {name: scaleListAttribute, path, type, memory: pairs, count: rank}, () => {
      const lists = Array.from({length: rank}, (_, i) => referencesAt(pairs[2 * i + 1] as bigint, Number(pairs[2 * i])));
      reclaim(type, [rank], pairs);
      return lists;
    }),
  );
}

function referencesAt(address: bigint, count: number): Uint8Array[] {
  if (address === 0n || count === 0) return [];
  const bytes = new Uint8Array(koffi.view(address, count * referenceBytes)).slice();
  return Array.from({length: count}, (_, i) => bytes.subarray(i * referenceBytes, (i + 1) * referenceBytes));
}

interface RawAttribute {
  readonly name: string;
  readonly path: string;
  readonly type: Id;
  readonly memory: ArrayBufferView;
  /** Elements that `memory` has room for. */
  readonly count: number;
}

function readRaw<T>(owner: Id, {name, path, type, memory, count}: RawAttribute, use: () => T): T {
  const what = () => `read the attribute "${name}" of "${path}"`;
  return withId(checked(h5().H5Aopen(owner, name, 0), what), h5().H5Aclose, (attribute) => {
    const shape = withId(checked(h5().H5Aget_space(attribute), what), h5().H5Sclose, shapeOfSpace);
    if (sizeOf(shape ?? [0]) !== count) throw new FirstlightError('hdf5-failed', `Cannot ${what()}: it has the wrong number of elements.`);
    checked(h5().H5Aread(attribute, type, memory), what);
    return use();
  });
}

function writeScaleLists({attributes}: ScaleOwner, lists: Uint8Array[][]): void {
  const blocks = lists.map((list) => Buffer.concat([...list, Buffer.alloc(64)]));
  const pairs = new BigUint64Array(Math.max(8, 2 * lists.length));
  lists.forEach((list, i) => {
    pairs[2 * i] = BigInt(list.length);
    pairs[2 * i + 1] = list.length === 0 ? 0n : koffi.address(blocks[i]);
  });
  withListType((type) =>
    attributes.write(scaleListAttribute, {type, shape: [lists.length]}, (attribute) => writeFrom(attribute, type, pairs, blocks)),
  );
}

// Takes the blocks so that they live until the library has followed the addresses into them.
function writeFrom(attribute: Id, type: Id, pairs: BigUint64Array, blocks: Buffer[]): number {
  const result = h5().H5Awrite(attribute, type, pairs);
  blocks.length = 0;
  return result;
}

function withUserType<T>(use: (type: Id) => T): T {
  return withId(
    checked(h5().H5Tcreate(typeClass.compound, userBytes), () => 'make a compound type'),
    h5().H5Tclose,
    (type) => {
      h5().H5Tinsert(type, 'dataset', 0, objectReference());
      h5().H5Tinsert(type, 'dimension', dimensionOffset, typeOf('int32'));
      return use(type);
    },
  );
}

function addUser({id, path, attributes}: ScaleOwner, reference: Uint8Array, dimension: number): void {
  withUserType((type) => {
    const known = users({id, path, attributes}, type);
    const all = new Uint8Array(known.length + userBytes);
    all.set(known);
    all.set(reference, known.length);
    new DataView(all.buffer).setInt32(known.length + dimensionOffset, dimension, true);
    attributes.write(userListAttribute, {type, shape: [all.length / userBytes]}, (attribute) => h5().H5Awrite(attribute, type, all));
  });
}

function users({id, path, attributes}: Omit<ScaleOwner, 'shape'>, type: Id): Uint8Array {
  const count = userCount(id, attributes);
  if (count === 0) return new Uint8Array(0);
  const memory = new Uint8Array(Math.max(64, count * userBytes));
  return readRaw(id, {name: userListAttribute, path, type, memory, count}, () => memory.subarray(0, count * userBytes));
}

function userCount(id: Id, attributes: H5Attributes): number {
  if (!attributes.has(userListAttribute)) return 0;
  return withId(h5().H5Aopen(id, userListAttribute, 0), h5().H5Aclose, (attribute) =>
    withId(
      checked(h5().H5Aget_space(attribute), () => 'read a shape'),
      h5().H5Sclose,
      (space) => sizeOf(shapeOfSpace(space) ?? [0]),
    ),
  );
}

/** The paths of the scales attached to a dimension. */
export function scalesOf({attributes}: ScaleOwner, dimension: number): string[] {
  const lists = attributes.get(scaleListAttribute);
  const list: unknown = Array.isArray(lists) ? lists[dimension] : undefined;
  return Array.isArray(list) ? list.flatMap((reference: {path: string} | null) => (reference === null ? [] : [reference.path])) : [];
}
