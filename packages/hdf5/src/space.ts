import type {Id} from './calls.ts';
import {checked} from './failure.ts';
import {withId} from './handles.ts';
import {h5} from './library.ts';
import type {Hyperslab} from './selection.ts';

const maxRank = 32;
const scalarClass = 0;
const nullClass = 2;
/** `H5S_UNLIMITED`. */
export const unlimited = 0xffff_ffff_ffff_ffffn;

// One thread uses the library, and it copies these before it returns.
const dimensions = new BigUint64Array(maxRank);
const maxDimensions = new BigUint64Array(maxRank);
const steps = new BigUint64Array(maxRank);
const counts = new BigUint64Array(maxRank);

const fill = (into: BigUint64Array, from: readonly number[]): BigUint64Array => {
  for (let i = 0; i < from.length; i++) into[i] = BigInt(from[i] as number);
  return into;
};

/** The shape of a dataspace: `[]` for a scalar, null for an empty one. */
export function shapeOfSpace(space: Id): number[] | null {
  const rank = checked(h5().H5Sget_simple_extent_dims(space, dimensions, null), () => 'read a shape');
  if (rank === 0) return h5().H5Sget_simple_extent_type(space) === nullClass ? null : [];
  const shape: number[] = [];
  for (let i = 0; i < rank; i++) shape.push(Number(dimensions[i]));
  return shape;
}

/** The largest shape a dataset may grow to; null in a dimension without limit. */
export function maxShapeOfSpace(space: Id): (number | null)[] {
  const rank = checked(h5().H5Sget_simple_extent_dims(space, dimensions, maxDimensions), () => 'read a shape');
  return Array.from(maxDimensions.subarray(0, rank), (n) => (n === unlimited ? null : Number(n)));
}

/** Makes a dataspace; null makes an empty one. Close it after use. */
export function makeSpace(shape: readonly number[] | null, maxShape?: readonly (number | null)[]): Id {
  if (shape === null || shape.length === 0)
    return checked(h5().H5Screate(shape === null ? nullClass : scalarClass), () => 'make a dataspace');
  fill(dimensions, shape);
  maxShape?.forEach((n, i) => (maxDimensions[i] = n === null ? unlimited : BigInt(n)));
  return checked(
    h5().H5Screate_simple(shape.length, dimensions, maxShape ? maxDimensions : null),
    () => `make a dataspace of shape [${shape.join(', ')}]`,
  );
}

/** Selects in a dataspace of a file, and gives the matching one in memory to `use`. */
export function withSelected<T>(fileSpace: Id, slab: Hyperslab, use: (memorySpace: Id) => T): T {
  fill(dimensions, slab.start);
  fill(steps, slab.step);
  fill(counts, slab.count);
  checked(h5().H5Sselect_hyperslab(fileSpace, 0, dimensions, steps, counts, null), () => 'select a part of the data');
  // The same rank as in the file, for which the library has a far faster way through chunks.
  return withId(makeSpace(slab.count), h5().H5Sclose, use);
}
