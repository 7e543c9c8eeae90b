import type {Coordinate, DataArray} from '../dataarray.ts';
import type {Cuts, Labels} from './cut.ts';
import {cutCoordinate, cutLabels} from './cut.ts';

export type Coordinates = Readonly<Record<string, Coordinate>>;
export type AttributeValues = Readonly<Record<string, unknown>>;

/** A labelled array whose elements may lie anywhere in memory: what the functions of this folder work on. */
export interface Part extends Labels {
  readonly name: string | undefined;
  readonly coords: Coordinates;
  readonly attrs: AttributeValues;
}

/** Says which dimensions there are, for errors. */
export const listed = (names: Iterable<string>): string => [...names].join(', ') || 'none';

/** The axis of a dimension. @throws RangeError when there is no such dimension. */
export function axisOf({dims, name}: Pick<Part, 'dims' | 'name'>, dim: string): number {
  const axis = dims.indexOf(dim);
  if (axis >= 0) return axis;
  throw new RangeError(`${name === undefined ? 'The array' : `"${name}"`} has no dimension "${dim}"; its dimensions are: ${listed(dims)}.`);
}

export const lengthOf = (part: Part, dim: string): number => part.view.shape[axisOf(part, dim)] as number;

/** Cuts an array and its coordinates. */
export function cutPart(part: Part, cuts: Cuts): Part {
  if (cuts.size === 0) return part;
  return {...part, ...cutLabels(part, cuts), coords: mapCoords(part.coords, (coordinate) => cutCoordinate(coordinate, cuts))};
}

/** The coordinates changed one by one; left out where `change` gives undefined. */
export function mapCoords(
  coords: Coordinates,
  change: (coordinate: Coordinate, name: string) => Coordinate | undefined,
): Record<string, Coordinate> {
  const changed = Object.entries(coords).map(([name, coordinate]) => [name, change(coordinate, name)] as const);
  return Object.fromEntries(changed.filter((entry): entry is [string, Coordinate] => entry[1] !== undefined));
}

/** The coordinates that run along none of some dimensions. */
export const coordsWithout = (coords: Coordinates, dims: readonly string[]): Coordinates =>
  mapCoords(coords, (coordinate) => (coordinate.dims.some((dim) => dims.includes(dim)) ? undefined : coordinate));

/** The labels of a dimension, if it has any. */
export const indexOf = ({coords}: Pick<DataArray, 'coords'>, dim: string): Coordinate | undefined => {
  const coordinate = coords[dim];
  return coordinate?.dims.length === 1 && coordinate.dims[0] === dim ? coordinate : undefined;
};
