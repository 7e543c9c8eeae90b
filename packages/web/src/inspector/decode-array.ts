import {tableFromIPC, type Table, type Vector} from 'apache-arrow';
import type {Axis, Drawable} from './value.ts';

/** Reads `data.arrow`: one column of elements (two for complex), coordinates beside it or in the metadata. */
export function decodeArray(stream: Uint8Array): Drawable {
  const table = tableFromIPC(stream);
  const {metadata} = table.schema;
  const json = <T>(key: string, fallback: T): T => (metadata.has(key) ? (JSON.parse(metadata.get(key) ?? 'null') as T) : fallback);
  const shape = json('shape', [table.numRows]);
  const dims =
    json<string[] | null>('dims', null) ?? shape.map((_, dimension) => (shape.length === 2 ? ['y', 'x'][dimension] : undefined) ?? 'index');
  const coords = json<Coordinates>('coords', {});
  return {
    shape,
    dtype: metadata.get('dtype') ?? '',
    parts: ['value', 'value.re', 'value.im'].flatMap((name) => {
      const vector = table.getChild(name);
      return vector === null ? [] : [{name: name.slice('value.'.length), values: floats(vector)}];
    }),
    axes: dims.map((name) => ({name, values: axisValues(table, coords, name, shape.length)})),
    units: metadata.get('units') || null,
    block: json(
      'block',
      shape.map(() => 1),
    ),
  };
}

type Coordinates = Record<string, {dims?: string[]; values?: (number | string)[]}>;

function axisValues(table: Table, coords: Coordinates, dimension: string, dimensions: number): Axis['values'] {
  const beside = dimensions === 1 && dimension !== 'value' ? table.getChild(dimension) : null;
  if (beside) return Array.from(floats(beside));
  const coordinate = coords[dimension];
  const numbers = coordinate?.values?.map(Number);
  return numbers && numbers.length > 0 && numbers.every((value) => !Number.isNaN(value)) ? numbers : null;
}

/** Elements as floating point numbers; 64-bit integers lose what a screen cannot show. */
function floats(vector: Vector): Float32Array | Float64Array {
  const values: unknown = vector.toArray();
  if (values instanceof Float32Array || values instanceof Float64Array) return values;
  return Float64Array.from(values as ArrayLike<number | bigint>, Number);
}
