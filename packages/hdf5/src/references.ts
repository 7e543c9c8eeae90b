import type {Id} from './calls.ts';
import {checked} from './failure.ts';
import {withId} from './handles.ts';
import {h5} from './library.ts';

/** Where a reference points: an object, or a part of a dataset; null when it points nowhere. */
export type H5Reference =
  | {readonly kind: 'object'; readonly path: string}
  | {
      readonly kind: 'region';
      readonly path: string;
      /** The smallest box around the region: first and last index in each dimension. */
      readonly bounds: {readonly first: readonly number[]; readonly last: readonly number[]};
      readonly points: number;
    }
  | null;

const referenceType = {object: 0, region: 1} as const;

/** Follows the bytes of a reference, from any open object of its file. */
export function readReference(kind: 'object' | 'region', bytes: Uint8Array, location: Id): H5Reference {
  if (bytes.every((byte) => byte === 0)) return null;
  const target = checked(h5().H5Rdereference2(location, 0, referenceType[kind], bytes), () => 'follow a reference');
  return withId(target, h5().H5Oclose, () => {
    const path = pathOf(target);
    if (kind === 'object') return {kind, path};
    const space = checked(h5().H5Rget_region(location, referenceType.region, bytes), () => 'read a region reference');
    return withId(space, h5().H5Sclose, () => ({kind, path, ...extentOf(space)}));
  });
}

/** The path of an open object in its file; empty when it has none. */
export function pathOf(object: Id): string {
  const length = Number(h5().H5Iget_name(object, null, 0));
  if (length <= 0) return '';
  const bytes = Buffer.alloc(Math.max(64, length + 1));
  h5().H5Iget_name(object, bytes, length + 1);
  return bytes.toString('utf8', 0, length);
}

function extentOf(space: Id) {
  const rank = Math.max(0, h5().H5Sget_simple_extent_ndims(space));
  const first = new BigUint64Array(Math.max(8, rank));
  const last = new BigUint64Array(Math.max(8, rank));
  const points = Math.max(0, Number(h5().H5Sget_select_npoints(space)));
  if (points > 0) h5().H5Sget_select_bounds(space, first, last);
  const numbers = (values: BigUint64Array) => Array.from(values.subarray(0, rank), Number);
  return {bounds: {first: numbers(first), last: numbers(last)}, points};
}
