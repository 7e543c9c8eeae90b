/** What the server knows of one value, and its array, read once at this edge. */
import * as z from 'zod/mini';
import {get} from '../experiment/http.ts';

const facts = z.object({
  kind: z.nullish(z.string()),
  dtype: z.nullish(z.string()),
  shape: z.nullish(z.array(z.int())),
  dims: z.nullish(z.array(z.string())),
  units: z.nullish(z.string()),
  description: z.nullish(z.string()),
  links: z.record(z.string(), z.string()),
});

/** What a value's data is, and the addresses under which it can be had. */
export type ValueFacts = z.infer<typeof facts>;

export const fetchFacts = async (address: string, signal: AbortSignal): Promise<ValueFacts> =>
  z.parse(facts, await (await get(address, {signal})).json());

/** The address of the file of that name (`data.npy`), or undefined when the value has none. */
export const linkTo = ({links}: ValueFacts, file: string): string | undefined =>
  Object.values(links).find((address) => address.split('?', 1)[0]?.endsWith(`/${file}`));

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
