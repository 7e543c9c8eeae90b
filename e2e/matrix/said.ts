/** What TypeScript reads, in the words of `said.py`. */

import type {Cell, NDArray, Summary} from '@firstlight/core';
import type {ReadValue} from '@firstlight/store';

type Coordinates = Extract<ReadValue, {kind: 'DataArray'}>['coords'];
type Attributes = Readonly<Record<string, unknown>>;

const nanosecondsIn: Readonly<Record<string, number>> = {
  days: 86_400e9,
  hours: 3600e9,
  minutes: 60e9,
  seconds: 1e9,
  milliseconds: 1e6,
  microseconds: 1e3,
  nanoseconds: 1,
};

function saidArray({dtype, shape, data}: NDArray): object {
  if (!ArrayBuffer.isView(data)) return {dtype: 'string', shape: [...shape], data: [...data]};
  return {dtype, shape: [...shape], data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex')};
}

/** An array with its attributes. xarray makes times of what has units like `days since 2026-11-21`; we leave that to whoever draws them. */
function saidLabelled(array: NDArray, attributes: Attributes): {said: object; attrs: object} {
  const {calendar, units, ...rest} = attributes;
  const [, unit, since] = /^(\w+) since (.+)$/.exec(String(units)) ?? [];
  if (unit === undefined || since === undefined || calendar === undefined) return {said: saidArray(array), attrs: plain(attributes)};
  const start = BigInt(Date.parse(`${since.replace(' ', 'T')}${since.includes(':') ? '' : 'T00:00:00'}Z`)) * 1_000_000n;
  const times = Array.from(
    array.data as ArrayLike<number | bigint>,
    (value) => start + BigInt(value) * BigInt(nanosecondsIn[unit] as number),
  );
  const data = Buffer.from(BigInt64Array.from(times).buffer).toString('hex');
  return {said: {dtype: 'time', shape: [...array.shape], data}, attrs: plain(rest)};
}

const plain = (attributes: Attributes): Record<string, unknown> =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, plainAttribute(value)]));

function plainAttribute(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainAttribute);
  return typeof value === 'bigint' ? Number(value) : value;
}

const saidCoordinates = (coordinates: Coordinates): object =>
  Object.fromEntries(
    Object.entries(coordinates).map(([name, coordinate]) => {
      const {said, attrs} = saidLabelled(coordinate, coordinate.attrs ?? {});
      return [name, {dims: coordinate.dims, attrs, ...said}];
    }),
  );

/** A value, or undefined for none. */
export function saidValue(value: ReadValue | undefined): unknown {
  switch (value?.kind) {
    case undefined:
      return null;
    case 'text':
      return {kind: 'text', text: value.text};
    case 'array':
    case 'image':
      return {kind: 'array', ...saidArray(value.array)};
    case 'plotly': {
      const {data} = JSON.parse(value.figure) as {data: {type: string; y: number[]}[]};
      return {kind: 'plotly', data: data.map(({type, y}) => ({type, y}))};
    }
    case 'DataArray': {
      const {said, attrs} = saidLabelled(value.array, value.attrs);
      return {kind: 'DataArray', name: value.name ?? null, dims: value.dims, coords: saidCoordinates(value.coords), attrs, ...said};
    }
    case 'Dataset': {
      const variables = Object.entries(value.variables).map(([name, {dims, array}]) => [name, {dims, ...saidArray(array)}] as const);
      return {
        kind: 'Dataset',
        variables: Object.fromEntries(variables),
        coords: saidCoordinates(value.coords),
        attrs: plain(value.attrs),
      };
    }
    default:
      return value;
  }
}

/** A summary, without the types of numbers. */
export function saidSummary(summary: Summary): unknown {
  if (summary === null || (typeof summary === 'number' && Number.isNaN(summary))) return null;
  if (typeof summary === 'bigint') return {number: String(summary)};
  if (typeof summary === 'number' || typeof summary === 'boolean') return {number: bits(Number(summary))};
  if (typeof summary === 'string') return {text: summary};
  if ('re' in summary) return {re: bits(summary.re), im: bits(summary.im)};
  if ('image' in summary) return {picture: true};
  if ('trendline' in summary) return {line: [summary.trendline.x, summary.trendline.y].map((axis) => Array.from(axis, bits))};
  return {array: summary.array};
}

const bits = (number: number): string => Buffer.from(Float64Array.of(number).buffer).toString('hex');

/** A table of pandas as TypeScript has it: labelled along its index. */
export function asLabelled(table: Readonly<Record<string, unknown>>): unknown {
  const {name: indexName, ...index} = table.index as {name: string | null};
  const dims = [indexName ?? 'index'];
  const coords = {[dims[0] as string]: {dims, attrs: {}, ...index}};
  const {kind, columns, index: _, ...series} = table;
  if (kind === 'Series') return {...series, kind: 'DataArray', dims, coords, attrs: {}};
  const variables = Object.entries(columns as object).map(([name, column]) => [name, {dims, ...(column as object)}] as const);
  return {kind: 'Dataset', variables: Object.fromEntries(variables), coords, attrs: {}};
}

/** All that TypeScript's readers give of a value. */
export const saidCell = (cell: Cell, read: unknown, preview: unknown): Record<string, unknown> => ({
  read,
  preview,
  summary: saidSummary(cell.summary),
  units: cell.attributes?.units ?? null,
  state: cell.state,
});
