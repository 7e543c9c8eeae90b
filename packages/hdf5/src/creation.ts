import {FirstlightError, sizeOf} from '@firstlight/core';
import type {DType} from '@firstlight/core';
import type {Id} from './calls.ts';
import {checked} from './failure.ts';
import {withId} from './handles.ts';
import {h5, library} from './library.ts';
import {bytesOf} from './memory-types.ts';
import {worthReservingBytes} from './reserve.ts';
import {store} from './storable.ts';
import type {Storable, StoreType} from './storable.ts';

/** How a dataset is laid out in the file. */
export interface CreateOptions extends StoreType {
  /** Shape of a chunk; guessed when something else needs chunks. Without any, the data is contiguous. */
  readonly chunks?: readonly number[];
  /** Compress with gzip, level 0 to 9. */
  readonly gzip?: number;
  /** Reorder bytes before compression; helps numbers of similar size. */
  readonly shuffle?: boolean;
  /** Keep a checksum with each chunk. */
  readonly checksum?: boolean;
  /** Largest shape it may be resized to; null in a dimension without limit. */
  readonly maxShape?: readonly (number | null)[];
  /** What elements that were never written read as. */
  readonly fillValue?: Exclude<Storable, null>;
  /** Remember the order in which attributes are made, as netCDF4 wants it. */
  readonly trackOrder?: boolean;
}

/** Options of a new dataset, and whether all of it is written right after it is made. */
export type NewDataset = CreateOptions & {readonly writtenAtOnce?: boolean};

const trackedAndIndexed = 3;
const early = 1;
// H5D_FILL_TIME_NEVER
const never = 1;
const utf8 = 1;
const targetChunkBytes = 2 ** 20;

let links: Id | undefined;

/** Properties of new links: missing groups on the way are made, names are UTF-8. */
export function linkProperties(): Id {
  if (links !== undefined) return links;
  links = checked(h5().H5Pcreate(library().id('H5P_CLS_LINK_CREATE_ID_g')), () => 'make link properties');
  h5().H5Pset_create_intermediate_group(links, 1);
  h5().H5Pset_char_encoding(links, utf8);
  return links;
}

/** Gives the properties of a new group to `use`. */
export function withGroupProperties<T>({trackOrder = false}: {trackOrder?: boolean}, use: (properties: Id) => T): T {
  if (!trackOrder) return use(0);
  return withId(
    checked(h5().H5Pcreate(library().id('H5P_CLS_GROUP_CREATE_ID_g')), () => 'make group properties'),
    h5().H5Pclose,
    (id) => {
      h5().H5Pset_link_creation_order(id, trackedAndIndexed);
      h5().H5Pset_attr_creation_order(id, trackedAndIndexed);
      return use(id);
    },
  );
}

/** Gives the properties of a new dataset to `use`. */
export function withDatasetProperties<T>(
  dtype: DType,
  shape: readonly number[] | null,
  options: NewDataset,
  use: (properties: Id) => T,
): T {
  const id = checked(h5().H5Pcreate(library().id('H5P_CLS_DATASET_CREATE_ID_g')), () => 'make dataset properties');
  return withId(id, h5().H5Pclose, () => {
    // Modification times would make the same data different bytes.
    h5().H5Pset_obj_track_times(id, 0);
    if (options.trackOrder) h5().H5Pset_attr_creation_order(id, trackedAndIndexed);
    if (options.fillValue !== undefined) setFillValue(id, options.fillValue, dtype);
    const chunks = chunksFor(dtype, shape, options);
    if (chunks !== undefined) setChunks(id, chunks, options);
    else if (options.writtenAtOnce && isWorthReserving(dtype, shape)) allocateEarly(id);
    return use(id);
  });
}

/** Whether contiguous data is big enough to be given its place on disk before it is written. */
export const isWorthReserving = (dtype: DType, shape: readonly number[] | null): boolean =>
  // The library must put something into strings before it knows what they are.
  dtype !== 'string' && shape !== null && sizeOf(shape) * bytesOf(dtype) >= worthReservingBytes;

// An address at once, and no fill values where the data will be.
function allocateEarly(id: Id): void {
  h5().H5Pset_alloc_time(id, early);
  h5().H5Pset_fill_time(id, never);
}

function setFillValue(id: Id, value: Exclude<Storable, null>, dtype: DType): void {
  const stored = store(value, {dtype});
  try {
    checked(h5().H5Pset_fill_value(id, stored.memoryType, stored.memory), () => 'set a fill value');
  } finally {
    stored.release();
  }
}

function setChunks(id: Id, chunks: readonly number[], {gzip, shuffle, checksum}: CreateOptions): void {
  checked(h5().H5Pset_chunk(id, chunks.length, BigUint64Array.from(chunks, BigInt)), () => `use chunks of shape [${chunks.join(', ')}]`);
  if (shuffle) checked(h5().H5Pset_shuffle(id), () => 'use the shuffle filter');
  if (gzip !== undefined) checked(h5().H5Pset_deflate(id, gzip), () => `compress with gzip level ${gzip}`);
  if (checksum) checked(h5().H5Pset_fletcher32(id), () => 'use checksums');
}

function chunksFor(
  dtype: DType,
  shape: readonly number[] | null,
  {chunks, gzip, shuffle, checksum, maxShape}: CreateOptions,
): readonly number[] | undefined {
  const wanted = chunks !== undefined || gzip !== undefined || shuffle === true || checksum === true || maxShape !== undefined;
  if (!wanted) return undefined;
  if (shape === null || shape.length === 0)
    throw new FirstlightError('hdf5-value', 'A scalar or empty dataset cannot have chunks, compression or a largest shape.');
  if (chunks !== undefined && chunks.length !== shape.length) {
    throw new FirstlightError('hdf5-value', `Chunks of shape [${chunks.join(', ')}] do not fit data of shape [${shape.join(', ')}].`);
  }
  return chunks ?? guessChunks(shape, bytesOf(dtype));
}

/** Chunks of about a megabyte: whole rows as far as that goes, because one row (a train, a frame) is what is read most. */
export function guessChunks(shape: readonly number[], itemBytes: number): number[] {
  // A dimension that is still empty will grow.
  const chunks = shape.map((n) => (n === 0 ? 1024 : n));
  for (let axis = 0; axis < chunks.length; axis++) {
    const bytes = sizeOf(chunks) * itemBytes;
    if (bytes <= targetChunkBytes) break;
    chunks[axis] = Math.max(1, Math.floor(((chunks[axis] as number) * targetChunkBytes) / bytes));
  }
  return chunks;
}
