/** What the server knows of one value, and its array, read once at this edge. */
import * as z from 'zod/mini';
import {get} from '../experiment/http.ts';

const facts = z.object({
  kind: z.nullable(z.enum(['array', 'DataArray', 'Dataset', 'image', 'plotly', 'text'])),
  dtype: z.nullable(z.string()),
  shape: z.nullable(z.array(z.int())),
  dims: z.nullable(z.array(z.string())),
  units: z.nullable(z.string()),
  text: z.nullable(z.string()),
  arrays: z.array(z.object({name: z.string(), dtype: z.nullable(z.string()), shape: z.array(z.int()), dims: z.array(z.string())})),
  /** True for a pandas table. */
  table: z.boolean(),
  /** `figure`, `picture`, `rows`, `preview`, `arrow`, `npy`, and `arrow NAME` for each array of a Dataset. */
  links: z.record(z.string(), z.optional(z.string())),
});

/** What a value's data is, and the addresses under which it can be had. */
export type ValueFacts = z.infer<typeof facts>;

/** An array by what is needed to show it: one that is a value, or one of a Dataset. */
export interface ArrayFacts {
  readonly address: string;
  readonly dtype: string | null;
  readonly shape: readonly number[];
  readonly dims: readonly string[] | null;
  readonly units: string | null;
  /** True for xarray's, which are drawn with the first row at the bottom. */
  readonly labelled: boolean;
}

export const fetchFacts = async (address: string, signal: AbortSignal): Promise<ValueFacts> =>
  z.parse(facts, await (await get(address, {signal})).json());

const tableRows = z.object({
  total: z.int(),
  columns: z.array(z.object({name: z.string(), index: z.boolean(), units: z.nullable(z.string())})),
  rows: z.array(z.array(z.union([z.number(), z.string()]))),
});

/** The first rows of a pandas table, as the server gives them. */
export type TableRows = z.infer<typeof tableRows>;

export const fetchRows = async (address: string, signal: AbortSignal): Promise<TableRows> =>
  z.parse(tableRows, await (await get(address, {signal})).json());

/** Numbers along one dimension. */
export interface Axis {
  readonly name: string;
  /** Null: positions 0, 1, 2 … */
  readonly values: readonly number[] | null;
}

/** An array ready to be drawn: real numbers in C order, or two of them for complex. */
export interface Drawable {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly parts: readonly {readonly name: string; readonly values: Float32Array | Float64Array}[];
  readonly axes: readonly Axis[];
  readonly units: string | null;
  /** Pixels of the data in each pixel of the picture; 1 unless it was too large to send. */
  readonly block: readonly number[];
}

/** Loads an array. Arrow's library comes with the first one. */
export async function fetchArray(address: string, signal: AbortSignal): Promise<Drawable> {
  const [bytes, {decodeArray}] = await Promise.all([
    get(address, {signal}).then((response) => response.bytes()),
    import('./decode-array.ts'),
  ]);
  return decodeArray(bytes);
}
