import type {DType, NDArray} from '@firstlight/core';
import {arrayTypeOf, sizeOf} from '@firstlight/core';
import {tableFromIPC} from 'apache-arrow';
import type {Table} from 'apache-arrow';
import {z} from 'zod';

const coordinate = z.object({
  dims: z.array(z.string()).optional(),
  dtype: z.string(),
  shape: z.array(z.int()),
  values: z.array(z.union([z.number(), z.string()])).optional(),
});
const metadata = z.object({
  shape: z.array(z.int()),
  dtype: z.string(),
  dims: z.array(z.string()).optional(),
  coords: z.record(z.string(), coordinate),
});

/** A coordinate of an array that came; `array` is undefined when it has to be asked for by its name. */
export interface ReadCoordinate {
  readonly dims: readonly string[];
  readonly array: NDArray | undefined;
}

/** An array with its labels, as `data.arrow` brings it. */
export interface ReadArray {
  readonly array: NDArray;
  readonly dims: readonly string[];
  readonly coords: Readonly<Record<string, ReadCoordinate>>;
}

/** Reads the answer of `…/NAME/data.arrow`; every element comes out with the bits that are stored. */
export function decodeArray(stream: Uint8Array): ReadArray {
  const table = tableFromIPC(stream);
  const said = Object.fromEntries([...table.schema.metadata].map(([name, text]) => [name, name === 'dtype' ? text : fromJson(text)]));
  const {shape, dtype, dims = [], coords} = metadata.parse(said);
  const array = {dtype: dtype as DType, shape, data: elements(table, dtype as DType, sizeOf(shape))};
  const labels = Object.entries(coords).map(([name, facts]) => [name, {dims: facts.dims ?? [], array: coordinateOf(table, name, facts)}]);
  return {array, dims, coords: Object.fromEntries(labels)};
}

/** Some metadata are plain text. */
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function coordinateOf(table: Table, name: string, {dtype, shape, values}: z.infer<typeof coordinate>): NDArray | undefined {
  if (values) return {dtype: dtype as DType, shape, data: typed(dtype as DType, values)};
  if (dtype.startsWith('complex') || shape.length !== 1 || !table.getChild(name)) return undefined;
  return {dtype: dtype as DType, shape, data: column(table, name, dtype as DType)};
}

function elements(table: Table, dtype: DType, length: number): NDArray['data'] {
  if (!dtype.startsWith('complex')) return column(table, 'value', dtype);
  const [re, im] = [table.getChild('value.re')?.toArray(), table.getChild('value.im')?.toArray()] as ArrayLike<number>[];
  const pairs = new (arrayTypeOf(dtype as 'complex128'))(2 * length);
  for (let i = 0; i < length; i++) {
    pairs[2 * i] = re?.[i] ?? Number.NaN;
    pairs[2 * i + 1] = im?.[i] ?? Number.NaN;
  }
  return pairs;
}

/** A column as the typed array of its dtype: half floats travel as floats, booleans as bytes. */
function column(table: Table, name: string, dtype: DType): NDArray['data'] {
  const vector = table.getChild(name);
  if (dtype === 'string') return Array.from(vector ?? [], String);
  const values: unknown = vector?.toArray();
  const type = arrayTypeOf(dtype);
  return values instanceof type ? values : (type as typeof Float64Array).from(values as ArrayLike<number>);
}

/** Elements that came as JSON. */
function typed(dtype: DType, values: readonly (number | string)[]): NDArray['data'] {
  if (dtype === 'string') return values.map(String);
  if (dtype === 'int64') return BigInt64Array.from(values.map(BigInt));
  if (dtype === 'uint64') return BigUint64Array.from(values.map(BigInt));
  return (arrayTypeOf(dtype) as typeof Float64Array).from(values, Number);
}
