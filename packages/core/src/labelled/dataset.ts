import type {Coordinate, DataArray as PlainDataArray, Dataset as PlainDataset} from '../dataarray.ts';
import {mergeCoords, sameCoordinate} from './align.ts';
import {checkedPart, partOf, toCoordinate} from './construct.ts';
import type {CoordinateValues} from './construct.ts';
import {DataArray} from './data-array.ts';
import {listed, mapCoords} from './part.ts';
import type {ReductionName, ReductionOptions} from './reduce.ts';
import {Reductions} from './reductions.ts';
import type {Dims} from './reductions.ts';
import type {Indexer, LabelIndexer} from './select.ts';

type Variables = Readonly<Record<string, DataArray>>;

/**
 * Labelled arrays that share coordinates, like xarray's Dataset. Made by `dataset({…})`; can be returned from a variable as it is.
 *
 * @example
 * dataset({mean: groups.mean(), spread: groups.std()});
 */
export class Dataset extends Reductions<Dataset> implements PlainDataset {
  readonly kind = 'Dataset';
  readonly variables: Variables;
  readonly coords: Readonly<Record<string, Coordinate>>;
  readonly attrs: Readonly<Record<string, unknown>>;

  /** Users call `dataset(…)`. */
  constructor(variables: Variables, coords: Readonly<Record<string, Coordinate>>, attrs: Readonly<Record<string, unknown>>) {
    super();
    this.variables = variables;
    this.coords = coords;
    this.attrs = attrs;
  }

  /** The names of its arrays. */
  get names(): string[] {
    return Object.keys(this.variables);
  }

  /** The length of each dimension by name. */
  get sizes(): Readonly<Record<string, number>> {
    const lengths = Object.values(this.coords).flatMap(({dims, shape}) => dims.map((dim, axis) => [dim, shape[axis] as number] as const));
    return Object.assign(Object.fromEntries(lengths), ...Object.values(this.variables).map(({sizes}) => sizes)) as Record<string, number>;
  }

  /** One of its arrays, or a coordinate as an array. @throws RangeError when there is none of that name. */
  get(name: string): DataArray {
    const found = this.variables[name];
    if (found) return found;
    const coordinate = this.coords[name];
    if (coordinate)
      return new DataArray(
        partOf({
          kind: 'DataArray',
          name,
          dims: coordinate.dims,
          coords: this.coordsAlong(coordinate.dims),
          attrs: coordinate.attrs ?? {},
          array: coordinate,
        }),
      );
    throw new RangeError(`The Dataset has no array "${name}"; it has: ${listed([...this.names, ...Object.keys(this.coords)])}.`);
  }

  private coordsAlong(dims: readonly string[]): Record<string, Coordinate> {
    return mapCoords(this.coords, (coordinate) => (coordinate.dims.every((dim) => dims.includes(dim)) ? coordinate : undefined));
  }

  /** Something done to each of its arrays. */
  map(change: (array: DataArray, name: string) => PlainDataArray): Dataset {
    const changed = Object.entries(this.variables).map(([name, array]) => [name, change(array, name)] as const);
    return dataset(Object.fromEntries(changed), {attrs: this.attrs});
  }

  /** Selects by place in every array that has the dimension, as `DataArray.isel`. */
  isel(indexers: Readonly<Record<string, Indexer>>): Dataset {
    return this.map((array) => array.isel(this.#own(array, indexers)));
  }

  /** Selects by label in every array that has the dimension, as `DataArray.sel`. */
  sel(indexers: Readonly<Record<string, LabelIndexer>>): Dataset {
    return this.map((array) => array.sel(this.#own(array, indexers)));
  }

  #own<I>(array: DataArray, indexers: Readonly<Record<string, I>>): Record<string, I> {
    const unknown = Object.keys(indexers).find((dim) => !(dim in this.sizes));
    if (unknown !== undefined)
      throw new RangeError(`The Dataset has no dimension "${unknown}"; its dimensions are: ${listed(Object.keys(this.sizes))}.`);
    return Object.fromEntries(Object.entries(indexers).filter(([dim]) => array.dims.includes(dim)));
  }

  /** Reduces every array along those of the dimensions (default: all) that it has. */
  override reduce(name: ReductionName, dims?: Dims, options?: ReductionOptions): Dataset {
    const reduced = typeof dims === 'string' ? [dims] : dims;
    return this.map((array) =>
      array.reduce(
        name,
        reduced?.filter((dim) => array.dims.includes(dim)),
        options,
      ),
    );
  }

  /** The same with more arrays, or others in place of some. */
  assign(variables: Readonly<Record<string, PlainDataArray>>): Dataset {
    return dataset({...this.variables, ...variables}, {attrs: this.attrs, coords: this.coords});
  }

  /** The same without some of its arrays. */
  drop(...names: string[]): Dataset {
    const kept = Object.entries(this.variables).filter(([name]) => !names.includes(name));
    return new Dataset(Object.fromEntries(kept), this.coords, this.attrs);
  }
}

export interface DatasetOptions {
  /** Coordinates beside those that the arrays bring. */
  readonly coords?: Readonly<Record<string, CoordinateValues | Coordinate>>;
  readonly attrs?: Readonly<Record<string, unknown>>;
}

/**
 * Puts labelled arrays together under names. Their dimensions must agree in length and labels; arithmetic and `sel` bring them there.
 *
 * @throws RangeError when they do not.
 */
export function dataset(variables: Readonly<Record<string, PlainDataArray>>, {coords = {}, attrs = {}}: DatasetOptions = {}): Dataset {
  const given = Object.fromEntries(Object.entries(coords).map(([name, values]) => [name, toCoordinate(name, values)]));
  const parts = Object.entries(variables).map(([name, array]) => Object.assign(partOf(array), {name}));
  const all = [given, ...parts.map((part) => part.coords)];
  checkSameLabels(all);
  checkLengths(Object.entries(variables));
  const merged = mergeCoords(all);
  const arrays = parts.map((part) => {
    const own = mapCoords(merged, (coordinate) => (coordinate.dims.every((dim) => part.dims.includes(dim)) ? coordinate : undefined));
    return [part.name, new DataArray(checkedPart({...part, coords: own}))] as const;
  });
  return new Dataset(Object.fromEntries(arrays), merged, attrs);
}

function checkLengths(variables: readonly (readonly [string, PlainDataArray])[]): void {
  const known = new Map<string, {readonly name: string; readonly length: number}>();
  for (const [name, {dims, array}] of variables) {
    for (const [axis, dim] of dims.entries()) {
      const length = array.shape[axis] as number;
      const first = known.get(dim);
      if (first && first.length !== length) {
        throw new RangeError(`Dimension "${dim}" is ${first.length} long in "${first.name}" and ${length} in "${name}".`);
      }
      known.set(dim, first ?? {name, length});
    }
  }
}

function checkSameLabels(all: readonly Readonly<Record<string, Coordinate>>[]): void {
  const known = new Map<string, Coordinate>();
  for (const coords of all) {
    for (const [name, coordinate] of Object.entries(coords)) {
      const first = known.get(name) ?? coordinate;
      known.set(name, first);
      if (coordinate.dims[0] === name && !sameCoordinate(first, coordinate)) {
        throw new RangeError(`The arrays of a Dataset have different labels along "${name}"; select the common ones first.`);
      }
    }
  }
}
