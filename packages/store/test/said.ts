import type {NDArray} from '@firstlight/core';
import type {CellValue, Value} from '../src/index.ts';

/** An array as `damnit-read.py` says it. */
export function saidArray({dtype, shape, data}: NDArray): Record<string, unknown> {
  if (!ArrayBuffer.isView(data)) return {dtype: 'string', shape: [...shape], data: [...data]};
  return {dtype, shape: [...shape], data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex')};
}

const scalarOf = (value: number | bigint | boolean): NDArray =>
  typeof value === 'bigint'
    ? {dtype: 'int64', shape: [], data: BigInt64Array.of(value)}
    : typeof value === 'boolean'
      ? {dtype: 'bool', shape: [], data: Uint8Array.of(Number(value))}
      : {dtype: 'float64', shape: [], data: Float64Array.of(value)};

/** A value as `damnit-read.py` says what `read()` gives for it. */
export function saidValue(value: Value): unknown {
  if (value === null) return {kind: 'raised', type: 'KeyError'};
  if (typeof value === 'string') return {kind: 'text', text: value};
  if (typeof value !== 'object') return {kind: 'array', ...saidArray(scalarOf(value))};
  if ('re' in value) return {kind: 'array', ...saidArray({dtype: 'complex128', shape: [], data: Float64Array.of(value.re, value.im)})};
  if (!('kind' in value)) return {kind: 'array', ...saidArray(value)};
  switch (value.kind) {
    case 'DataArray':
      return {
        kind: 'DataArray',
        name: value.name ?? null,
        dims: value.dims,
        ...saidArray(value.array),
        coords: saidCoords(value.coords),
        attrs: value.attrs,
      };
    case 'Dataset':
      return {
        kind: 'Dataset',
        variables: Object.fromEntries(Object.entries(value.variables).map(([name, {dims, array}]) => [name, {dims, ...saidArray(array)}])),
        coords: saidCoords(value.coords),
        attrs: value.attrs,
      };
    case 'image':
      return {kind: 'array', dtype: 'uint8', shape: [value.height, value.width, 4], data: Buffer.from(value.rgba).toString('hex')};
    default: {
      const {data} = JSON.parse(value.json) as {data: {type: string; y: number[]}[]};
      return {kind: 'plotly', data: data.map(({type}) => type), y: data.map(({y}) => y)};
    }
  }
}

const saidCoords = (coords: Extract<Value, {kind: 'Dataset'}>['coords']): unknown =>
  Object.fromEntries(Object.entries(coords).map(([name, coord]) => [name, {...saidArray(coord), dims: coord.dims}]));

/** Whether DAMNIT shows data without an explicit preview on a double click. */
export function isDrawable({data}: CellValue): boolean {
  if (data === null || typeof data !== 'object' || 're' in data) return false;
  if ('kind' in data) {
    if (data.kind === 'Dataset') return false;
    return data.kind !== 'DataArray' || (data.dims.length > 0 && data.array.dtype !== 'string');
  }
  const {shape} = data;
  return shape.length === 1 || shape.length === 2 || (shape.length === 3 && [3, 4].includes(shape[2] as number));
}
