import {type DType, type RunId, sizeOf} from '@firstlight/core';
import type {H5Dataset, H5Group} from '@firstlight/hdf5';
import {areas, objectTypeAttribute} from '../fragment/areas.ts';
import {dimensionOnly} from '../netcdf/model.ts';
import {dimensionsOf, readDataArray} from '../netcdf/read.ts';
import {mainArray, noValue, openRunFile, type ReadValue} from './read-value.ts';

/** What a stored value is, known without reading its elements. */
export interface ValueDescription {
  readonly kind: ReadValue['kind'];
  /** Of what a double click shows instead, when the variable gave something of its own for that. */
  readonly preview: ReadValue['kind'] | null;
  /** Of the array (of a Dataset: null). */
  readonly dtype: DType | null;
  readonly shape: readonly number[] | null;
  readonly dims: readonly string[] | null;
  /** Size of all elements in memory; texts and figures count as they are stored. */
  readonly bytes: number;
  readonly attrs: Readonly<Record<string, unknown>>;
  /** The arrays of a Dataset, and the coordinates of either labelled kind. */
  readonly arrays: readonly {
    readonly name: string;
    readonly dtype: DType | null;
    readonly shape: readonly number[];
    readonly dims: readonly string[];
  }[];
}

/** Describes a value. Throws `no-value` when the run's file holds none. */
export function describeValue(dir: string, run: RunId, name: string): ValueDescription {
  using file = openRunFile(dir, run, name);
  return {...describeData(file, run, name), preview: kindOfPreview(file, name)};
}

function kindOfPreview(file: H5Group, name: string): ReadValue['kind'] | null {
  const path = `${areas.preview}/${name}`;
  if (file.kind(path) === 'group') return 'DataArray';
  if (file.kind(path) !== 'dataset') return null;
  using dataset = file.dataset(path);
  return kindOfData(dataset, dataset.attributes.get(objectTypeAttribute));
}

type DataDescription = Omit<ValueDescription, 'preview'>;

function describeData(file: H5Group, run: RunId, name: string): DataDescription {
  if (file.kind(name) !== 'group') throw noValue(run, name);
  using group = file.group(name);
  const type = group.attributes.get(objectTypeAttribute);
  if (type === 'dataset') return describeDataset(group);
  if (type === 'dataarray') return describeDataArray(group);
  if (group.kind('data') !== 'dataset') throw noValue(run, name);
  using dataset = group.dataset('data');
  return {...describeArray(dataset), kind: kindOfData(dataset, type), dims: null, attrs: {}, arrays: []};
}

function kindOfData(dataset: H5Dataset, type: unknown): ReadValue['kind'] {
  if (dataset.type.dtype === 'string') return 'text';
  if (type === 'PlotlyFigure') return 'plotly';
  return type === 'image' ? 'image' : 'array';
}

function describeArray(dataset: H5Dataset): Pick<ValueDescription, 'dtype' | 'shape' | 'bytes'> {
  const {dtype = null} = dataset.type;
  const {shape} = dataset;
  const bytes = dtype === null || dtype === 'string' || shape === null ? dataset.bytes : sizeOf(shape) * bytesOf(dtype);
  return {dtype, shape, bytes};
}

const bytesOf = (dtype: Exclude<DType, 'string'>): number => (dtype === 'bool' ? 1 : Number(/\d+/.exec(dtype)?.[0]) / 8);

function describeDataArray(group: H5Group): DataDescription {
  const none = Array.from({length: 32}, () => ({start: 0, stop: 0})); // labels without elements; 32 is HDF5's most dimensions
  const {dims, attrs} = readDataArray(group, none);
  const main = mainArray(group);
  const all = listArrays(group);
  const own = all.find(({name}) => name === main);
  using dataset = group.dataset(main ?? '');
  return {
    ...describeArray(dataset),
    dtype: own?.dtype ?? null,
    kind: 'DataArray',
    dims,
    attrs,
    arrays: all.filter(({name}) => name !== main),
  };
}

function describeDataset(group: H5Group): DataDescription {
  const arrays = listArrays(group);
  const bytes = arrays.reduce(
    (sum, {dtype, shape}) => sum + sizeOf(shape) * (dtype === null || dtype === 'string' ? 16 : bytesOf(dtype)),
    0,
  );
  return {kind: 'Dataset', dtype: null, shape: null, dims: null, bytes, attrs: {}, arrays};
}

const listArrays = (group: H5Group): ValueDescription['arrays'][number][] =>
  group
    .keys()
    .filter((name) => group.kind(name) === 'dataset')
    .flatMap((name) => {
      using dataset = group.dataset(name);
      if ((dataset.scaleName ?? '').startsWith(dimensionOnly)) return [];
      const dtype = dataset.type.dtype ?? null;
      // netCDF has no booleans; xarray marks the small integers that stand for them.
      return [
        {
          name,
          dtype: dataset.attributes.get('dtype') === 'bool' ? 'bool' : dtype,
          shape: dataset.shape ?? [],
          dims: dimensionsOf(dataset, name),
        },
      ];
    });
