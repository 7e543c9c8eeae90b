import {Field, Schema} from 'apache-arrow';
import type {Data, RecordBatch} from 'apache-arrow';
import {sizeOf} from '@firstlight/core';
import type {NDArray} from '@firstlight/core';
import {elementData} from '../arrow/columns.ts';
import {batchOf} from '../arrow/stream.ts';
import {elementToJson} from './json.ts';

/** An array with its labels, as it goes over the wire. */
export interface LabelledArray {
  readonly array: NDArray;
  readonly dims?: readonly string[];
  readonly coords?: Readonly<Record<string, NDArray & {readonly dims?: readonly string[]}>>;
  readonly units?: string;
  /** Further facts for the schema's metadata. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

const mostCoordinatesInMetadata = 100_000;

/**
 * An array as one Arrow record batch.
 *
 * Column `value`: the elements in C order (complex: `value.re` and `value.im`; bool as 0 and 1). A 1-D array's coordinates are further columns by their
 * names; those of other arrays are in the metadata. Metadata of the schema: `dtype` and `units` as text; `shape`, `dims` and `coords` as JSON, which is
 * `{NAME: {dims, dtype, shape, values}}`: without `values` they are a column, or (complex, or very long) have to be asked for by `variable=NAME`.
 */
export function arrayBatch(labelled: LabelledArray): RecordBatch {
  const {array, coords = {}} = labelled;
  const length = sizeOf(array.shape);
  const beside = Object.entries(coords).filter(
    ([name, {shape, ...coordinate}]) =>
      array.shape.length === 1 && shape.length === 1 && shape[0] === length && isReal(coordinate) && !valueNames.has(name),
  );
  const columns: [string, Data][] = [
    ...valueColumns(array),
    ...beside.map(([name, coordinate]): [string, Data] => [name, elementData(coordinate)]),
  ];
  const named = new Set(beside.map(([name]) => name));
  const fields = columns.map(([name, data]) => new Field(name, data.type));
  return batchOf(
    new Schema(fields, metadataOf(labelled, named)),
    length,
    columns.map(([, data]) => data),
  );
}

const isReal = ({dtype}: Pick<NDArray, 'dtype'>) => !dtype.startsWith('complex');
const valueNames: ReadonlySet<string> = new Set(['value', 'value.re', 'value.im']);

function valueColumns(array: NDArray): [string, Data][] {
  if (isReal(array)) return [['value', elementData(array)]];
  const data = array.data as Float64Array;
  return ['value.re', 'value.im'].map((name, offset) => [name, elementData(everySecond(array.dtype, data, offset))]);
}

function everySecond(dtype: string, data: Float32Array | Float64Array, offset: number): NDArray {
  const length = data.length / 2;
  const half = dtype === 'complex64' ? new Float32Array(length) : new Float64Array(length);
  for (let i = 0; i < length; i++) half[i] = data[2 * i + offset] ?? 0;
  return {dtype: dtype === 'complex64' ? 'float32' : 'float64', shape: [length], data: half};
}

function metadataOf({array, dims, units, coords = {}, facts = {}}: LabelledArray, columns: ReadonlySet<string>): Map<string, string> {
  const coordinates = Object.fromEntries(
    Object.entries(coords).map(([name, coordinate]) => {
      const {dims: along, dtype, shape} = coordinate;
      const isSaid = !columns.has(name) && isReal(coordinate) && sizeOf(shape) <= mostCoordinatesInMetadata;
      return [name, {dims: along, dtype, shape, ...(isSaid && {values: Array.from(coordinate.data as ArrayLike<unknown>, elementToJson)})}];
    }),
  );
  const all = {shape: array.shape, dtype: array.dtype, dims, units, coords: coordinates, ...facts};
  const known = Object.entries(all).filter(([, value]) => value !== undefined);
  return new Map(known.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]));
}
