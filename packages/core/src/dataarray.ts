import type {NDArray} from './array.ts';

/** A coordinate: an array with the dimensions it runs along (one named like itself for a dimension coordinate, none for a scalar). */
export interface Coordinate extends NDArray {
  readonly dims: readonly string[];
  readonly attrs?: Readonly<Record<string, unknown>>;
}

/** A labelled array: the subset of xarray's DataArray that survives in a file. */
export interface DataArray {
  readonly kind: 'DataArray';
  readonly name?: string;
  readonly dims: readonly string[];
  readonly coords: Readonly<Record<string, Coordinate>>;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly array: NDArray;
}

/** Labelled arrays that share coordinates, as xarray's Dataset. */
export interface Dataset {
  readonly kind: 'Dataset';
  readonly variables: Readonly<Record<string, Omit<DataArray, 'coords' | 'kind'>>>;
  readonly coords: Readonly<Record<string, Coordinate>>;
  readonly attrs: Readonly<Record<string, unknown>>;
}
