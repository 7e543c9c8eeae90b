import type {Coordinate, DataArray, Dataset, DType, NDArray} from '@firstlight/core';
import {FirstlightError} from '@firstlight/core';
import type {H5Attributes, H5Dataset, H5Group, Selection} from '@firstlight/hdf5';
import {arrayNameAttribute, dimensionOnly, internalAttributes, unnamedVariable} from './model.ts';

type Labelled = Dataset['variables'][string];

/**
 * Reads a DataArray from a group that xarray (or `writeNetcdf`) wrote. Dates stay the numbers they are stored as, with their `units` and `calendar`.
 *
 * @param selection a part of it, like indexing in numpy; coordinates are cut along.
 */
export function readDataArray(group: H5Group, selection: Selection = []): DataArray {
  const {variables, coords, attrs} = readGroup(group, selection);
  const [name] = Object.keys(variables);
  const variable = variables[name ?? ''];
  if (name === undefined || !variable || Object.keys(variables).length > 1) {
    throw new FirstlightError(
      'damaged-value',
      `${group.path} in ${group.filename} holds ${Object.keys(variables).length} arrays, not one; compute the variable again.`,
    );
  }
  const original = attrs[arrayNameAttribute];
  const ownName = typeof original === 'string' ? original : name === unnamedVariable ? undefined : name;
  return {kind: 'DataArray', ...(ownName === undefined ? {} : {name: ownName}), ...variable, coords};
}

/** Reads a Dataset from a group that xarray (or `writeNetcdf`) wrote. */
export function readDataset(group: H5Group): Dataset {
  const {variables, coords, attrs} = readGroup(group, []);
  return {kind: 'Dataset', variables, coords, attrs};
}

function readGroup(
  group: H5Group,
  selection: Selection,
): {variables: Record<string, Labelled>; coords: Record<string, Coordinate>; attrs: Record<string, unknown>} {
  const variables: Record<string, Labelled> = {};
  const coords: Record<string, Coordinate> = {};
  const listed = new Set(coordinateNames(group.attributes));
  const found = group
    .keys()
    .filter((name) => group.kind(name) === 'dataset')
    .map((name) => describe(group, name));
  for (const {coordinates} of found) for (const name of coordinates) listed.add(name);
  // Only a lone array can be cut: in a Dataset the same index would mean different things to different arrays.
  const data = found.filter(({name, isScale}) => !isScale && !listed.has(name));
  const cut = new Map(data.length === 1 && data[0] ? data[0].dims.map((dimension, axis) => [dimension, selection[axis] ?? null]) : []);
  for (const {name, dims, isDimensionOnly} of found) {
    if (isDimensionOnly) continue;
    const variable = readVariable(
      group,
      name,
      dims,
      dims.map((dimension) => cut.get(dimension) ?? null),
    );
    if (listed.has(name) || dims[0] === name) coords[name] = {...variable.array, dims: variable.dims, attrs: variable.attrs};
    else variables[name] = variable;
  }
  return {variables, coords, attrs: userAttributes(group.attributes)};
}

/** What a labelled group holds, without reading an element. */
export interface Labels {
  readonly attrs: Readonly<Record<string, unknown>>;
  /** A DataArray's own name. */
  readonly name: string | null;
  /** All its arrays, the one of a DataArray too. */
  readonly arrays: readonly ArrayLabels[];
}

/** What one array of a labelled group is, without its elements. */
export interface ArrayLabels {
  readonly name: string;
  readonly dtype: DType | null;
  readonly shape: readonly number[];
  readonly dims: readonly string[];
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly coordinate: boolean;
}

/** Reads the labels of a group that xarray (or `writeNetcdf`) wrote. */
export function readLabels(group: H5Group): Labels {
  const found = group
    .keys()
    .filter((name) => group.kind(name) === 'dataset')
    .map((name) => describe(group, name));
  const listed = new Set([...coordinateNames(group.attributes), ...found.flatMap(({coordinates}) => coordinates)]);
  const arrays = found
    .filter(({isDimensionOnly}) => !isDimensionOnly)
    .map(({name, dims}) => labelsOfArray(group, {name, dims, coordinate: listed.has(name) || dims[0] === name}));
  const original = group.attributes.get(arrayNameAttribute);
  const main = arrays.find(({coordinate}) => !coordinate);
  const own = main === undefined || main.name === unnamedVariable ? null : main.name;
  return {attrs: userAttributes(group.attributes), name: typeof original === 'string' ? original : own, arrays};
}

function labelsOfArray(group: H5Group, known: Pick<ArrayLabels, 'name' | 'dims' | 'coordinate'>): ArrayLabels {
  using dataset = group.dataset(known.name);
  const {dtype: mark, ...attrs} = userAttributes(dataset.attributes);
  const {dtype = null} = dataset.type;
  // netCDF has no booleans; xarray marks the small integers that stand for them.
  if (mark === 'bool' && dtype === 'int8') return {...known, dtype: 'bool', shape: dataset.shape ?? [], attrs};
  return {...known, dtype, shape: dataset.shape ?? [], attrs: mark === undefined ? attrs : {...attrs, dtype: mark}};
}

interface Described {
  readonly name: string;
  readonly dims: readonly string[];
  readonly isScale: boolean;
  readonly isDimensionOnly: boolean;
  readonly coordinates: readonly string[];
}

function describe(group: H5Group, name: string): Described {
  using dataset = group.dataset(name);
  const {isScale} = dataset;
  const isDimensionOnly = isScale && (dataset.scaleName ?? '').startsWith(dimensionOnly);
  return {name, isScale, isDimensionOnly, dims: dimensionsOf(dataset, name), coordinates: coordinateNames(dataset.attributes)};
}

export function dimensionsOf(dataset: H5Dataset, name: string): string[] {
  if (dataset.isScale) return [name];
  return (dataset.shape ?? []).map((_, axis) => dataset.scalesOf(axis)[0]?.split('/').at(-1) ?? `dim_${axis}`);
}

/** The names in a `coordinates` attribute. */
export function coordinateNames(attributes: H5Attributes): string[] {
  const text = attributes.get('coordinates');
  return typeof text === 'string' ? text.split(/\s+/).filter(Boolean) : [];
}

function readVariable(group: H5Group, name: string, dims: readonly string[], selection: Selection): Labelled {
  using dataset = group.dataset(name);
  const {dtype: mark, ...attrs} = userAttributes(dataset.attributes);
  const array = dataset.read(selection);
  const kept = dims.filter((_, axis) => typeof selection[axis] !== 'number');
  if (mark === 'bool' && array.dtype === 'int8') return {dims: kept, attrs, array: booleans(array)};
  return {dims: kept, attrs: mark === undefined ? attrs : {...attrs, dtype: mark}, array};
}

const booleans = ({shape, data}: NDArray): NDArray => ({dtype: 'bool', shape, data: Uint8Array.from(data as Int8Array)});

function userAttributes(attributes: H5Attributes): Record<string, unknown> {
  const own = attributes.keys().filter((name) => !internalAttributes.has(name) && !name.startsWith('_damnit_'));
  return Object.fromEntries(own.map((name) => [name, plain(attributes.get(name))]));
}

/** netCDF stores single numbers as arrays of one. */
function plain(value: unknown): unknown {
  const array = value as NDArray | null | undefined;
  if (typeof array !== 'object' || array === null || !('shape' in array) || array.shape.length !== 1) return value;
  return array.shape[0] === 1 ? array.data[0] : Array.from(array.data as ArrayLike<unknown>);
}
