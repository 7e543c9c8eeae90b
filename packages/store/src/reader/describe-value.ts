import {type DType, type RunId, sizeOf} from '@firstlight/core';
import type {H5Dataset, H5Group} from '@firstlight/hdf5';
import {areas, objectTypeAttribute} from '../fragment/areas.ts';
import {type ArrayLabels, readLabels} from '../netcdf/read.ts';
import {tableLabels} from '../tables/labels.ts';
import {isTable, tableBytes, type TableType} from '../tables/read.ts';
import {noValue, openRunFile, type OpenValue, type ReadValue} from './read-value.ts';

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
  /** Of a labelled array or Dataset as a whole. */
  readonly attrs: Readonly<Record<string, unknown>>;
  /** A labelled array's own, if it has one. */
  readonly arrayName: string | null;
  /** True for a pandas table, which is described as xarray would have it: a DataFrame as a Dataset, a Series as a DataArray. */
  readonly table: boolean;
  /** The arrays of a Dataset, and the coordinates of either labelled kind. */
  readonly arrays: readonly ArrayLabels[];
}

/** Describes a value. Throws `no-value` when there is no data. */
export function describeValue(dir: string, run: RunId, name: string, open: OpenValue = openRunFile): ValueDescription {
  using file = open(dir, run, name);
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

/** Describes what a file that is open holds of a variable. Throws `no-value`. */
export function describeData(file: H5Group, run: RunId, name: string): DataDescription {
  if (file.kind(name) !== 'group') throw noValue(run, name);
  using group = file.group(name);
  const type = group.attributes.get(objectTypeAttribute);
  if (type === 'dataset') return describeDataset(group);
  if (type === 'dataarray') return describeDataArray(group, run, name);
  if (group.kind('data') !== 'dataset') throw noValue(run, name);
  using dataset = group.dataset('data');
  if (isTable(type)) return describeTable(tableBytes(dataset), type);
  return {...describeArray(dataset), kind: kindOfData(dataset, type), dims: null, attrs: {}, arrayName: null, arrays: [], table: false};
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

function describeDataArray(group: H5Group, run: RunId, name: string): DataDescription {
  const {name: arrayName, arrays} = readLabels(group);
  const main = arrays.find(({coordinate}) => !coordinate);
  if (!main) throw noValue(run, name);
  const {dtype, shape, dims, attrs} = main;
  const bytes = bytesIn(main);
  return {kind: 'DataArray', dtype, shape, dims, attrs, bytes, arrayName, arrays: arrays.filter((array) => array !== main), table: false};
}

function describeDataset(group: H5Group): DataDescription {
  const {attrs, arrays} = readLabels(group);
  const bytes = arrays.reduce((sum, array) => sum + bytesIn(array), 0);
  return {kind: 'Dataset', dtype: null, shape: null, dims: null, bytes, attrs, arrayName: null, arrays, table: false};
}

function describeTable(file: Uint8Array, type: TableType): DataDescription {
  const {name, columns, index} = tableLabels(file);
  const bytes = [...columns, ...index].reduce((sum, array) => sum + bytesIn(array), 0);
  const [column] = columns;
  if (type === 'dataframe' || !column)
    return {
      kind: 'Dataset',
      dtype: null,
      shape: null,
      dims: null,
      attrs: {},
      arrayName: null,
      bytes,
      arrays: [...columns, ...index],
      table: true,
    };
  const {dtype, shape, dims, attrs} = column;
  return {kind: 'DataArray', dtype, shape, dims, attrs, arrayName: name, bytes, arrays: index, table: true};
}

const bytesIn = ({dtype, shape}: Pick<ValueDescription['arrays'][number], 'dtype' | 'shape'>): number =>
  sizeOf(shape) * (dtype === null || dtype === 'string' ? 16 : bytesOf(dtype));
