import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {type Coordinate, type Dataset, FirstlightError, type NDArray, type RunId, runFileName} from '@firstlight/core';
import {labelled as withLabels} from '@firstlight/core/labelled';
import {type H5Dataset, type H5File, type H5Group, openFile, type Selection} from '@firstlight/hdf5';
import {pathsOf} from '../folder/layout.ts';
import {areas, objectTypeAttribute} from '../fragment/areas.ts';
import {coordinateNames, readDataArray, readDataset} from '../netcdf/read.ts';
import {isTable, readDataFrame, readSeries, tableBytes, type TableType} from '../tables/read.ts';
import {encodePng} from '../value/png.ts';
import {openIfThere, openUnmerged} from './unmerged.ts';

/** A stored value, read back whole or in part. */
export type ReadValue =
  | {readonly kind: 'text'; readonly text: string}
  /** A number (shape `[]`) or an array. `fullShape` is that of all the data, before a slice. */
  | {readonly kind: 'array'; readonly array: NDArray; readonly fullShape: readonly number[]}
  | {
      readonly kind: 'DataArray';
      readonly array: NDArray;
      readonly dims: readonly string[];
      readonly coords: Readonly<Record<string, Coordinate>>;
      readonly attrs: Readonly<Record<string, unknown>>;
      readonly name?: string;
    }
  | {
      readonly kind: 'Dataset';
      readonly variables: Dataset['variables'];
      readonly coords: Dataset['coords'];
      readonly attrs: Dataset['attrs'];
    }
  /** RGBA pixels, shape `[height, width, 4]`, and the same as a PNG. */
  | {readonly kind: 'image'; readonly array: NDArray; readonly png: Uint8Array}
  /** JSON text for `Plotly.newPlot`. */
  | {readonly kind: 'plotly'; readonly figure: string};

/** Part of the data, like indexing in numpy: one entry for each dimension from the first (see `Selection` of `@firstlight/hdf5`). */
export type Slice = Selection;

const lockTimeoutMs = 5_000; // an official tool may be merging into the file

/** Opens what has a value's data: by default that of the newest, see `openRunFile`; for an older version see `opener`. */
export type OpenValue = (dir: string, run: RunId, name: string) => H5File;

/** Reads a value's data. Throws `no-value` when there is none, `damaged-value` when it cannot be understood. */
export function readData(
  dir: string,
  run: RunId,
  name: string,
  {slice, open = openRunFile}: {slice?: Slice | undefined; open?: OpenValue} = {},
): ReadValue {
  using file = open(dir, run, name);
  const value = valueIn(file, name, slice);
  if (!value) throw noValue(run, name);
  return value;
}

/**
 * Reads the data of a value that a runner has announced: from its fragment, or (once that is merged) from the run's file.
 *
 * @param extractedData the folder of both. Throws as `readData` does.
 */
export function readAnnounced(extractedData: string, run: RunId, name: string, fragment: string): ReadValue {
  using file = openIfThere(join(extractedData, fragment)) ?? openFile(join(extractedData, runFileName(run)), 'r', {lockTimeoutMs});
  const value = valueIn(file, name, undefined);
  if (!value) throw noValue(run, name);
  return value;
}

/** Reads what a double click shows: the explicit preview, else data of a size and kind that can be drawn, else undefined. */
export function readPreview(dir: string, run: RunId, name: string, open: OpenValue = openRunFile): ReadValue | undefined {
  using file = open(dir, run, name);
  const path = `${areas.preview}/${name}`;
  if (file.kind(path) === 'group') {
    using group = file.group(path);
    return labelled(group, 'dataarray', []);
  }
  if (file.kind(path) === 'dataset') {
    using dataset = file.dataset(path);
    return plain(dataset, dataset.attributes.get(objectTypeAttribute), undefined);
  }
  const value = isDrawable(file, name) ? valueIn(file, name, undefined) : undefined;
  return value?.kind === 'DataArray' && value.array.dtype === 'string' ? undefined : value; // a Series of texts
}

/** Opens what has a variable's newest value: a fragment that waits to be merged, else the run's file. Throws `no-value` when there is neither. */
export function openRunFile(dir: string, run: RunId, name: string): H5File {
  const {extractedData} = pathsOf(dir);
  const unmerged = existsSync(extractedData) ? openUnmerged(extractedData, run, name) : undefined;
  if (unmerged) return unmerged;
  const path = join(extractedData, runFileName(run));
  if (!existsSync(path)) throw noValue(run, name);
  return openFile(path, 'r', {lockTimeoutMs});
}

export const noValue = ({proposal, run}: RunId, name: string): FirstlightError =>
  new FirstlightError('no-value', `There is no data of "${name}" for run ${run} of proposal ${proposal}.`, {facts: {proposal, run, name}});

/** The data of a variable in a run file, or in one like it; undefined when it has none. */
export function valueIn(file: H5Group, name: string, slice: Slice | undefined): ReadValue | undefined {
  if (file.kind(name) !== 'group') return undefined;
  using group = file.group(name);
  const type = group.attributes.get(objectTypeAttribute);
  if (type === 'dataarray' || type === 'dataset') return labelled(group, type, slice ?? []);
  if (group.kind('data') !== 'dataset') return undefined;
  using dataset = group.dataset('data');
  if (isTable(type)) return tableIn(dataset, type, slice ?? []);
  return plain(dataset, type, slice);
}

function labelled(group: H5Group, type: 'dataarray' | 'dataset', slice: Slice): ReadValue {
  return type === 'dataset' ? readDataset(group) : readDataArray(group, slice);
}

/** A pandas table as xarray would have it. */
function tableIn(dataset: H5Dataset, type: TableType, slice: Slice): ReadValue {
  if (type === 'dataframe') return readDataFrame(tableBytes(dataset));
  const series = readSeries(tableBytes(dataset));
  const [rows] = slice;
  return rows === undefined || rows === null ? series : withLabels(series).isel({[series.dims[0] as string]: rows});
}

function plain(dataset: H5Dataset, type: unknown, slice: Slice | undefined): ReadValue {
  if (dataset.shape === null) throw damaged(dataset, 'it has no elements');
  if (dataset.type.dtype === undefined) throw damaged(dataset, `its elements are ${dataset.type.kind}s, which cannot be shown`);
  const array = dataset.read(slice);
  if (array.dtype === 'string')
    return {kind: 'text', text: array.data.length === 1 ? String(array.data[0]) : (array.data as string[]).join('\n')};
  if (type === 'PlotlyFigure') return {kind: 'plotly', figure: new TextDecoder().decode(array.data as Uint8Array)};
  if (type === 'image' && slice === undefined) return image(array, dataset);
  return {kind: 'array', array, fullShape: dataset.shape};
}

function image(array: NDArray, dataset: H5Dataset): ReadValue {
  const [height, width, channels] = array.shape;
  if (!(array.data instanceof Uint8Array) || height === undefined || width === undefined || channels !== 4)
    throw damaged(dataset, 'it is not a picture');
  return {kind: 'image', array, png: encodePng(array.data, width, height)};
}

const damaged = ({path}: H5Dataset, why: string): FirstlightError =>
  new FirstlightError('damaged-value', `The stored value at ${path} cannot be read: ${why}. Compute it again.`, {facts: {path}});

/** Numbers or booleans with one or two dimensions, or three when the last can be a colour; and figures. */
function isDrawable(file: H5Group, name: string): boolean {
  if (file.kind(name) !== 'group') return false;
  using group = file.group(name);
  const type = group.attributes.get(objectTypeAttribute);
  if (type === 'image' || type === 'PlotlyFigure') return true;
  if (type === 'series') return true;
  if (type === 'dataset' || type === 'dataframe') return false;
  const biggest = type === 'dataarray' ? mainArray(group) : 'data';
  if (biggest === undefined || group.kind(biggest) !== 'dataset') return false;
  using dataset = group.dataset(biggest);
  const {shape} = dataset;
  const numeric = dataset.type.dtype !== undefined && dataset.type.dtype !== 'string';
  return (
    numeric && shape !== null && (shape.length === 1 || shape.length === 2 || (shape.length === 3 && [3, 4].includes(shape[2] as number)))
  );
}

/** The array of a DataArray's group: what is neither a scale nor named as a coordinate. */
export function mainArray(group: H5Group): string | undefined {
  const datasets = group.keys().filter((name) => group.kind(name) === 'dataset');
  const described = datasets.map((name) => {
    using dataset = group.dataset(name);
    return {name, isScale: dataset.isScale, coordinates: coordinateNames(dataset.attributes)};
  });
  const named = new Set(described.flatMap(({coordinates}) => coordinates));
  return described.find(({name, isScale}) => !isScale && !named.has(name))?.name;
}
