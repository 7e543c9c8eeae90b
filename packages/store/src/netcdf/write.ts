import {type Coordinate, type DataArray, type Dataset, FirstlightError, type NDArray, sizeOf} from '@firstlight/core';
import type {H5Dataset, H5Group} from '@firstlight/hdf5';
import {checkArray, storableText} from '../value/storable.ts';
import {chunkShape} from './chunks.ts';
import {arrayNameAttribute, dimensionOnly, unnamedVariable} from './model.ts';
import {storeAttributes} from './attributes.ts';

interface Labelled {
  readonly dims: readonly string[];
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly array: NDArray;
}

/** A dimension on its way into the file: its number (unique in the file) and length. */
interface Dimension {
  readonly id: number;
  readonly length: number;
}

/**
 * Writes a labelled object into an empty group as netCDF4, so that xarray loads it from there with the h5netcdf engine.
 *
 * @param firstDimensionId netCDF numbers dimensions through the whole file: the first number that is free.
 * @returns the next free number.
 */
export function writeNetcdf(group: H5Group, object: DataArray | Dataset, firstDimensionId = 0): number {
  const {variables, coords, attrs, arrayName} = asDataset(object);
  const dimensions = dimensionsOf([...Object.values(variables), ...Object.values(coords).map(labelled)], firstDimensionId);
  storeAttributes(group.attributes, arrayName === undefined ? attrs : {...attrs, [arrayNameAttribute]: arrayName});

  const scales = new Map<string, H5Dataset>();
  for (const [name, dimension] of dimensions) scales.set(name, writeScale(group, name, dimension, coords[name]));
  const auxiliary = Object.keys(coords).filter((name) => !isAxis(name, coords[name]));
  for (const name of auxiliary) writeVariable(group, name, labelled(coords[name] as Coordinate), {dimensions, scales, compressed: false});
  for (const [name, variable] of Object.entries(variables)) {
    const dataset = writeVariable(group, name, variable, {dimensions, scales, compressed: true});
    const own = auxiliary.filter((coordinate) => coords[coordinate]?.dims.every((dimension) => variable.dims.includes(dimension)));
    if (own.length > 0) dataset.attributes.set('coordinates', own.join(' '));
  }
  nameLooseCoordinates(group, auxiliary, coords, Object.values(variables));
  return firstDimensionId + dimensions.size;
}

const labelled = (coordinate: Coordinate): Labelled => ({dims: coordinate.dims, attrs: coordinate.attrs, array: coordinate});
const isAxis = (name: string, coordinate: Coordinate | undefined): coordinate is Coordinate =>
  coordinate?.dims.length === 1 && coordinate.dims[0] === name;

function asDataset(object: DataArray | Dataset): {
  variables: Record<string, Labelled>;
  coords: DataArray['coords'];
  attrs: DataArray['attrs'];
  arrayName?: string;
} {
  for (const name of Object.keys(object.coords)) refuseSlash(name);
  if (object.kind === 'Dataset') {
    const variables = Object.entries(object.variables).map(([name, variable]) => [name.replaceAll('/', '_'), variable] as const);
    return {variables: Object.fromEntries(variables), coords: object.coords, attrs: object.attrs};
  }
  const {name = unnamedVariable, dims, coords, attrs, array} = object;
  const taken = name in coords || dims.includes(name);
  const variables = {[taken ? unnamedVariable : name.replaceAll('/', '_')]: {dims, attrs, array}};
  return {variables, coords, attrs: {}, ...(taken ? {arrayName: name} : {})};
}

function refuseSlash(name: string): void {
  if (!name.includes('/')) return;
  throw new FirstlightError(
    'value-not-storable',
    `"${name}" cannot name a coordinate or dimension in a file: it contains a slash; rename it.`,
  );
}

function dimensionsOf(variables: readonly Labelled[], firstId: number): Map<string, Dimension> {
  const dimensions = new Map<string, Dimension>();
  for (const {dims, array} of variables) {
    if (dims.length !== array.shape.length) {
      throw new FirstlightError(
        'value-not-storable',
        `A labelled array has ${array.shape.length} axes but names ${dims.length} dimensions (${dims.join(', ')}).`,
      );
    }
    dims.forEach((name, axis) => {
      refuseSlash(name);
      const length = array.shape[axis] as number;
      const known = dimensions.get(name)?.length ?? length;
      if (known !== length)
        throw new FirstlightError('value-not-storable', `Dimension "${name}" is ${known} long in one array and ${length} in another.`);
      if (!dimensions.has(name)) dimensions.set(name, {id: firstId + dimensions.size, length});
    });
  }
  return dimensions;
}

function writeScale(group: H5Group, name: string, {id, length}: Dimension, coordinate: Coordinate | undefined): H5Dataset {
  const axis = isAxis(name, coordinate);
  const dataset = axis
    ? writeArray(group, name, coordinate, {compressed: false})
    : group.createDataset(name, {dtype: 'float32', shape: [length], data: new Float32Array(length)});
  dataset.makeScale(axis ? name : `${dimensionOnly}${String(length).padStart(10)}`);
  dataset.attributes.set('_Netcdf4Dimid', int32([], id));
  if (axis) {
    dataset.attributes.set('_Netcdf4Coordinates', int32([1], id));
    storeAttributes(dataset.attributes, coordinate.attrs ?? {});
  }
  return dataset;
}

interface Place {
  readonly dimensions: ReadonlyMap<string, Dimension>;
  readonly scales: ReadonlyMap<string, H5Dataset>;
  readonly compressed: boolean;
}

function writeVariable(
  group: H5Group,
  name: string,
  {dims, attrs = {}, array}: Labelled,
  {dimensions, scales, compressed}: Place,
): H5Dataset {
  const dataset = writeArray(group, name, array, {compressed});
  const ids = dims.map((dimension) => dimensions.get(dimension)?.id as number);
  dims.forEach((dimension, axis) => dataset.attachScale(axis, scales.get(dimension) as H5Dataset));
  if (ids.length > 0) {
    dataset.attributes.set('_Netcdf4Coordinates', int32([ids.length], ...ids));
    dataset.attributes.set('_Netcdf4Dimid', int32([], ids[0] as number));
  }
  storeAttributes(dataset.attributes, attrs);
  return dataset;
}

/** Booleans become int8 with a mark, as xarray does it; floats say that NaN means missing. */
function writeArray(group: H5Group, name: string, given: NDArray, {compressed}: {compressed: boolean}): H5Dataset {
  const {dtype, shape, data} = checkArray(given, {stringsAllowed: true});
  const stored: NDArray =
    dtype === 'bool'
      ? {dtype: 'int8', shape, data: Int8Array.from(data as Uint8Array)}
      : {dtype, shape, data: dtype === 'string' ? (data as string[]).map(storableText) : data};
  const filters =
    compressed && shape.length > 0 && sizeOf(shape) > 0 ? {chunks: chunkShape(shape, dtype), gzip: 1 as const, shuffle: true} : {};
  const isFloat = dtype.startsWith('float');
  const dataset = group.createDataset(name, stored, {...filters, ...(isFloat ? {fillValue: Number.NaN} : {})});
  if (isFloat) dataset.attributes.set('_FillValue', notANumber(dtype));
  if (dtype === 'bool') dataset.attributes.set('dtype', 'bool');
  return dataset;
}

function notANumber(dtype: NDArray['dtype']): NDArray {
  if (dtype === 'float16') return {dtype, shape: [1], data: Float16Array.of(Number.NaN)};
  return dtype === 'float32'
    ? {dtype, shape: [1], data: Float32Array.of(Number.NaN)}
    : {dtype, shape: [1], data: Float64Array.of(Number.NaN)};
}

const int32 = (shape: number[], ...values: number[]): NDArray => ({dtype: 'int32', shape, data: Int32Array.from(values)});

/** Coordinates that no variable can carry are named by the group, or xarray would take them for data. */
function nameLooseCoordinates(
  group: H5Group,
  auxiliary: readonly string[],
  coords: DataArray['coords'],
  variables: readonly Labelled[],
): void {
  const carried = (name: string): boolean => variables.some(({dims}) => coords[name]?.dims.every((dimension) => dims.includes(dimension)));
  const loose = auxiliary.filter((name) => !carried(name));
  if (loose.length > 0) group.attributes.set('coordinates', loose.join(' '));
}
