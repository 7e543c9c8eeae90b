import {Field, Schema} from 'apache-arrow';
import type {Data, RecordBatch} from 'apache-arrow';
import {sizeOf, summaryToJson} from '@firstlight/core';
import type {NDArray} from '@firstlight/core';
import {elementData} from '../arrow/columns.ts';
import {batchOf} from '../arrow/stream.ts';

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
 * names; those of other arrays are in the metadata. Metadata of the schema: `dtype` and `units` as text; `shape`, `dims` and `coords` (`{NAME: {dims, values}}`) as
 * JSON.
 */
export function arrayBatch(labelled: LabelledArray): RecordBatch {
  const {array, coords = {}} = labelled;
  const length = sizeOf(array.shape);
  const beside = Object.entries(coords).filter(
    ([, coordinate]) => array.shape.length === 1 && sizeOf(coordinate.shape) === length && isReal(coordinate),
  );
  const columns: [string, Data][] = [
    ...valueColumns(array),
    ...beside.map(([name, coordinate]): [string, Data] => [name, elementData(coordinate)]),
  ];
  const named = new Set(beside.map(([name]) => name));
  const rest = Object.entries(coords).filter(
    ([name, coordinate]) => !named.has(name) && isReal(coordinate) && sizeOf(coordinate.shape) <= mostCoordinatesInMetadata,
  );
  const fields = columns.map(([name, data]) => new Field(name, data.type));
  return batchOf(
    new Schema(fields, metadataOf(labelled, rest)),
    length,
    columns.map(([, data]) => data),
  );
}

const isReal = ({dtype}: NDArray) => !dtype.startsWith('complex');

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

function metadataOf(
  {array, dims, units, facts = {}}: LabelledArray,
  coords: readonly [string, NDArray & {dims?: readonly string[]}][],
): Map<string, string> {
  const coordinates = Object.fromEntries(
    coords.map(([name, {dims: along, ...coordinate}]) => [name, {dims: along, values: jsonValues(coordinate)}]),
  );
  const all = {shape: array.shape, dtype: array.dtype, dims, units, coords: coordinates, ...facts};
  const known = Object.entries(all).filter(([, value]) => value !== undefined);
  return new Map(known.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]));
}

/** Elements as JSON can say them: NaN and infinities as strings, integers beyond 2^53 too. */
const jsonValues = ({data}: NDArray): unknown[] =>
  Array.from(data as ArrayLike<number | bigint | string>, (value) => (typeof value === 'string' ? value : summaryToJson(value)));
