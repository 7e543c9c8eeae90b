import type {Id} from './calls.ts';
import {checked} from './failure.ts';
import {withId} from './handles.ts';
import {h5} from './library.ts';

/** A filter of a dataset, for instance `{id: 1, name: 'deflate'}`. */
export interface Filter {
  readonly id: number;
  readonly name: string;
}

const chunkedLayout = 2;
const virtualLayout = 3;
const maxRank = 32;

const withProperties = <T>(dataset: Id, use: (properties: Id) => T): T =>
  withId(
    checked(h5().H5Dget_create_plist(dataset), () => 'read the layout of a dataset'),
    h5().H5Pclose,
    use,
  );

/** The shape of a dataset's chunks; null when it has none. */
export function chunksOf(dataset: Id): number[] | null {
  return withProperties(dataset, (properties) => {
    if (h5().H5Pget_layout(properties) !== chunkedLayout) return null;
    const dims = new BigUint64Array(maxRank);
    const rank = checked(h5().H5Pget_chunk(properties, maxRank, dims), () => 'read the chunks of a dataset');
    return Array.from(dims.subarray(0, rank), Number);
  });
}

/** Where a dataset keeps its elements: here, in files beside that it names, or in other datasets. */
export type Storage = 'here' | 'external' | 'virtual';

/** Where the elements of a dataset are kept. */
export function storageOf(dataset: Id): Storage {
  return withProperties(dataset, (properties) => {
    if (h5().H5Pget_layout(properties) === virtualLayout) return 'virtual';
    return h5().H5Pget_external_count(properties) > 0 ? 'external' : 'here';
  });
}

/** The filters of a dataset, in the order in which data goes through them when written. */
export function filtersOf(dataset: Id): Filter[] {
  return withProperties(dataset, (properties) => {
    const count = Math.max(0, h5().H5Pget_nfilters(properties));
    return Array.from({length: count}, (_, i) => filterAt(properties, i));
  });
}

function filterAt(properties: Id, index: number): Filter {
  const name = Buffer.alloc(256);
  const noValues = new BigUint64Array(8);
  const id = h5().H5Pget_filter2(
    properties,
    index,
    new Uint32Array(16),
    noValues,
    new Uint32Array(16),
    name.length,
    name,
    new Uint32Array(16),
  );
  return {id, name: name.toString('utf8', 0, Math.max(0, name.indexOf(0)))};
}
