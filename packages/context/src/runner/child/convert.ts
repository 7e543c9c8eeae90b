import {sizeOf} from '@firstlight/core';
import type {DType, NDArray, TypedArray} from '@firstlight/core';
import type {CellValue, Value} from '@firstlight/store';
import {Cell} from '../../cell.ts';

type Defaults = Pick<CellValue, 'summaryMethod' | 'units'>;

/**
 * Turns what a function returned into what is stored; undefined for no value at all.
 *
 * @param defaults what the variable says, where a cell does not say it itself.
 * @throws TypeError for what cannot be stored.
 */
export function toCellValue(result: unknown, defaults: Defaults = {}): CellValue | undefined {
  if (!(result instanceof Cell)) return result === null || result === undefined ? undefined : withDefaults(toValue(result), defaults);
  const {data, summary, summaryValue, preview, bold, background, units, uncertainty, format} = result;
  if ((data === null || data === undefined) && summaryValue === undefined && preview === undefined) return undefined;
  const stored = data === null || data === undefined ? null : toValue(data);
  return {
    data: stored,
    summaryMethod: summary ?? defaults.summaryMethod,
    units: units ?? ownUnits(stored) ?? defaults.units,
    ...(summaryValue === undefined ? {} : {summaryValue: toSummary(summaryValue)}),
    ...(preview === undefined ? {} : {preview: toPreview(preview)}),
    ...(bold === undefined ? {} : {bold}),
    ...(background === undefined ? {} : {background}),
    ...(uncertainty === undefined ? {} : {uncertainty}),
    ...(format === undefined ? {} : {format}),
  };
}

/** What an array says of itself counts more than what its variable says. */
const withDefaults = (data: Value, {summaryMethod, units}: Defaults): CellValue => ({
  data,
  summaryMethod,
  units: ownUnits(data) ?? units,
});

/** The data that dependants get. */
export const dataOf = (result: unknown): unknown => (result instanceof Cell ? result.data : result);

function ownUnits(value: Value): string | undefined {
  if (typeof value !== 'object' || value === null || !('attrs' in value)) return undefined;
  return typeof value.attrs.units === 'string' ? value.attrs.units : undefined;
}

const typedArrays: readonly (readonly [new (length: number) => TypedArray, DType])[] = [
  [Int8Array, 'int8'],
  [Int16Array, 'int16'],
  [Int32Array, 'int32'],
  [BigInt64Array, 'int64'],
  [Uint8Array, 'uint8'],
  [Uint16Array, 'uint16'],
  [Uint32Array, 'uint32'],
  [BigUint64Array, 'uint64'],
  [Float16Array, 'float16'],
  [Float32Array, 'float32'],
  [Float64Array, 'float64'],
];

const has = <Key extends string>(value: object, ...keys: Key[]): value is Record<Key, unknown> => keys.every((key) => key in value);

/** Any storable thing as the store knows it. */
export function toValue(result: unknown): Value {
  if (['number', 'bigint', 'boolean', 'string'].includes(typeof result)) return result as number | bigint | boolean | string;
  if (typeof result !== 'object' || result === null) throw cannotBeSaved(typeof result);
  const typed = typedArrays.find(([type]) => result instanceof type);
  if (typed) return {dtype: typed[1], shape: [(result as TypedArray).length], data: result as TypedArray};
  if (Array.isArray(result)) return fromNested(result);
  if (has(result, 'kind') && (result.kind === 'DataArray' || result.kind === 'Dataset')) return result as unknown as Value;
  if (has(result, 'dtype', 'shape', 'data')) return checkedArray(result as unknown as NDArray);
  if (has(result, 'rgba', 'width', 'height')) return toImage(result);
  if (has(result, 're', 'im')) return {re: Number(result.re), im: Number(result.im)};
  if (has(result, 'data') && Array.isArray(result.data)) return {kind: 'plotly', json: JSON.stringify(result)};
  throw cannotBeSaved(`an object of class ${classOf(result)} with ${Object.keys(result).slice(0, 5).join(', ') || 'no fields'}`);
}

/** A generator has a class without name. */
const classOf = (value: object): string => value.constructor?.name || Object.prototype.toString.call(value).slice('[object '.length, -1);

const cannotBeSaved = (what: string): TypeError =>
  new TypeError(
    `The variable returned ${what}, which cannot be saved. Return a number, string, boolean, array, labelled array, figure or picture; or make it transient.`,
  );

function checkedArray(array: NDArray): NDArray {
  const factor = array.dtype === 'complex64' || array.dtype === 'complex128' ? 2 : 1;
  if (array.data.length === sizeOf(array.shape) * factor) return array;
  throw new TypeError(
    `The array has ${array.data.length} elements, but its shape (${array.shape.join(', ')}) needs ${sizeOf(array.shape) * factor}.`,
  );
}

function toImage({rgba, width, height}: Record<'rgba' | 'width' | 'height', unknown>): Value {
  const [w, h] = [Number(width), Number(height)];
  const isBytes = rgba instanceof Uint8Array || rgba instanceof Uint8ClampedArray;
  if (isBytes && rgba.length === 4 * w * h)
    return {kind: 'image', rgba: new Uint8Array(rgba.buffer, rgba.byteOffset, rgba.length), width: w, height: h};
  throw new TypeError(`A picture of ${w} × ${h} pixels needs a Uint8Array of ${4 * w * h} bytes (red, green, blue, alpha).`);
}

/** Nested lists of numbers (or of booleans) as one array; all lists of a level must be equally long. */
function fromNested(nested: readonly unknown[]): NDArray {
  const shape: number[] = [];
  for (let level: unknown = nested; Array.isArray(level); level = level[0]) shape.push(level.length);
  const flat: unknown[] = [];
  flatten(nested, shape, flat);
  const [first] = flat;
  if (flat.some((element) => typeof element !== typeof first)) throw cannotBeSaved('a list of different kinds of values');
  if (typeof first === 'boolean') return {dtype: 'bool', shape, data: Uint8Array.from(flat as boolean[], Number)};
  if (typeof first === 'bigint') return {dtype: 'int64', shape, data: BigInt64Array.from(flat as bigint[])};
  if (typeof first === 'number' || flat.length === 0) return {dtype: 'float64', shape, data: Float64Array.from(flat as number[])};
  throw cannotBeSaved(`a list of ${typeof first}s`);
}

function flatten(nested: readonly unknown[], [length, ...inner]: readonly number[], into: unknown[]): void {
  if (nested.length !== length) throw new TypeError('The variable returned nested lists of different lengths, which make no array.');
  for (const part of nested) {
    if (inner.length === 0 && !Array.isArray(part)) into.push(part);
    else if (inner.length > 0 && Array.isArray(part)) flatten(part, inner, into);
    else throw new TypeError('The variable returned nested lists of different depths, which make no array.');
  }
}

/** What a table cell may show. @throws TypeError for anything but a single value or an array. */
export function toSummary(summaryValue: unknown): Value {
  const value = toValue(summaryValue);
  const isPlain = typeof value !== 'object' || (value !== null && !('kind' in value));
  if (isPlain) return value;
  throw new TypeError('The summary value of a cell must be a number, string, boolean or array.');
}

function toPreview(preview: unknown): Value {
  const value = toValue(preview);
  if (typeof value === 'object' && value !== null) {
    if ('kind' in value && (value.kind === 'image' || value.kind === 'plotly')) return value;
    const array = 'kind' in value && value.kind === 'DataArray' ? value.array : 'dtype' in value ? value : undefined;
    if (array && array.dtype !== 'string' && !array.dtype.startsWith('complex') && [1, 2].includes(array.shape.length)) return value;
  }
  throw new TypeError('The preview of a cell must be an array of numbers with one or two dimensions, a figure or a picture.');
}
