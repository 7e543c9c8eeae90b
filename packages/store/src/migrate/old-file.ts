import {type Coordinate, type DataArray, type NDArray, sizeOf} from '@firstlight/core';
import {type H5Dataset, type H5File, type H5Group, openFile} from '@firstlight/hdf5';
import {areas, objectTypeAttribute, variablesIn} from '../fragment/areas.ts';
import {DimensionNumbers} from '../netcdf/copy.ts';
import {writeNetcdf} from '../netcdf/write.ts';
import {encodePng} from '../value/png.ts';
import {summarise} from '../value/summarise.ts';

/** What of a run file of format 0 is not as later formats have it. */
export interface OldParts {
  /** DataArrays whose coordinates lie loosely beside their data. */
  readonly labelled: readonly string[];
  /** Pictures for the table that are arrays of colours. */
  readonly pictures: readonly string[];
}

const largestElements = 2 ** 28; // what is bigger stays an array without labels, rather than taking all the memory

/** Looks what in a run file has to be written anew. */
export function oldParts(path: string): OldParts {
  using file = openFile(path, 'r', {locking: false});
  const names = variablesIn(file);
  return {labelled: names.filter((name) => isLooselyLabelled(file, name)), pictures: names.filter((name) => isColours(file, name))};
}

/** Brings a run file up to date in its place, which must be a copy. Says in a sentence what could not be kept. */
export function renewFile(path: string): string[] {
  const {labelled, pictures} = oldParts(path);
  using file = openFile(path, 'r+', {locking: false});
  for (const area of Object.values(areas)) file.requireGroup(area)[Symbol.dispose]();
  const numbers = new DimensionNumbers(file);
  const notes = labelled.flatMap((name) => relabel(file, name, numbers) ?? []);
  return [...notes, ...pictures.flatMap((name) => redraw(file, name) ?? [])];
}

function isLooselyLabelled(file: H5File, name: string): boolean {
  if (file.kind(name) !== 'group') return false;
  using group = file.group(name);
  const others = group.keys().filter((key) => key !== 'data' && group.kind(key) === 'dataset');
  return !group.attributes.has(objectTypeAttribute) && group.kind('data') === 'dataset' && others.length > 0;
}

function isColours(file: H5File, name: string): boolean {
  const path = `${areas.reduced}/${name}`;
  if (file.kind(path) !== 'dataset') return false;
  using dataset = file.dataset(path);
  return dataset.shape?.length === 3 && [3, 4].includes(dataset.shape[2] as number);
}

/** Makes a DataArray of data and the arrays beside it. */
function relabel(file: H5File, name: string, numbers: DimensionNumbers): string | undefined {
  const labelled = readLoose(file, name);
  if (typeof labelled === 'string') return `"${name}" stays an array without its coordinates: ${labelled}.`;
  file.delete(name);
  using group = file.createGroup(name);
  group.attributes.set(objectTypeAttribute, 'dataarray');
  const dimensions = new Set([...labelled.dims, ...Object.values(labelled.coords).flatMap(({dims}) => dims)]);
  writeNetcdf(group, labelled, numbers.reserve(dimensions.size));
  return undefined;
}

function readLoose(file: H5File, name: string): DataArray | string {
  using group = file.group(name);
  using data = group.dataset('data');
  const {shape} = data;
  if (shape === null || data.type.dtype === undefined) return 'its data cannot be read';
  if (sizeOf(shape) > largestElements) return 'it is too large to be written anew';
  const beside = group.keys().filter((key) => key !== 'data' && group.kind(key) === 'dataset');
  const dims = namesOfAxes(group, data, shape, beside);
  const coords = beside.flatMap((key) => coordinateOf(group, key, shape, dims) ?? []);
  return {kind: 'DataArray', dims, coords: Object.fromEntries(coords), attrs: {}, array: data.read()};
}

/** The name of each axis: that of the first array beside the data which is as long and not another axis's already. */
function namesOfAxes(group: H5Group, data: H5Dataset, shape: readonly number[], beside: readonly string[]): string[] {
  const scales = shape.map((_, axis) => data.scalesOf(axis)[0]?.split('/').at(-1));
  const taken = new Set(scales);
  return shape.map((length, axis) => {
    const scale = scales[axis];
    if (scale !== undefined && beside.includes(scale)) return scale;
    const found = beside.find((key) => !taken.has(key) && isLine(group, key, length));
    taken.add(found);
    return found ?? `dim_${axis}`;
  });
}

function isLine(group: H5Group, key: string, length: number): boolean {
  using dataset = group.dataset(key);
  return dataset.shape?.length === 1 && dataset.shape[0] === length;
}

/** An array beside the data, when it runs along one of its axes, all of them or none. */
function coordinateOf(group: H5Group, key: string, shape: readonly number[], dims: readonly string[]): [string, Coordinate][] | undefined {
  using dataset = group.dataset(key);
  if (dataset.type.dtype === undefined || dataset.shape === null) return undefined;
  const along = axesOf(dataset.shape, key, shape, dims);
  return along && [[key, {...readAs(dataset), dims: along}]];
}

function axesOf(own: readonly number[], key: string, shape: readonly number[], dims: readonly string[]): readonly string[] | undefined {
  if (own.length === 0) return [];
  if (dims.includes(key)) return [key];
  if (own.length === shape.length && own.every((length, axis) => length === shape[axis])) return dims;
  const axis = own.length === 1 ? shape.indexOf(own[0] as number) : -1;
  return axis < 0 ? undefined : [dims[axis] as string];
}

const readAs = (dataset: H5Dataset): NDArray => dataset.read();

/** Makes a PNG of a picture for the table: drawn anew from the data where there is any, else of its own colours. */
function redraw(file: H5File, name: string): string | undefined {
  const png = drawn(file, name) ?? ofItsColours(file, name);
  const path = `${areas.reduced}/${name}`;
  file.delete(path);
  if (!png) return `The thumbnail of "${name}" could not be drawn anew and was left out; its data is there.`;
  file.createDataset(path, {dtype: 'uint8', shape: [png.length], data: png})[Symbol.dispose]();
  return undefined;
}

function drawn(file: H5File, name: string): Uint8Array | undefined {
  if (file.kind(`${name}/data`) !== 'dataset') return undefined;
  using dataset = file.dataset(`${name}/data`);
  if (dataset.shape?.length !== 2 || sizeOf(dataset.shape) > largestElements || dataset.type.dtype === undefined) return undefined;
  const {stored} = summarise({data: dataset.read()});
  return typeof stored === 'object' && stored?.dtype === 'uint8' && stored.shape.length === 1 ? (stored.data as Uint8Array) : undefined;
}

function ofItsColours(file: H5File, name: string): Uint8Array | undefined {
  using dataset = file.dataset(`${areas.reduced}/${name}`);
  const [height = 0, width = 0, channels = 0] = dataset.shape ?? [];
  if (dataset.type.dtype !== 'uint8' || height * width === 0 || height * width > largestElements / 4) return undefined;
  const {data} = dataset.read();
  const rgba = new Uint8Array(height * width * 4).fill(255);
  for (let i = 0; i < height * width; i++) for (let k = 0; k < channels; k++) rgba[4 * i + k] = data[channels * i + k] as number;
  return encodePng(rgba, width, height);
}
