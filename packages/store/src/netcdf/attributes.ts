import type {NDArray} from '@firstlight/core';
import type {H5Attributes} from '@firstlight/hdf5';
import {scalarArray, storableText} from '../value/storable.ts';
import {internalAttributes} from './model.ts';

/**
 * Stores what a user attached to an array. Numbers, booleans, text and lists of them are kept as such; what a file has no type for (a date, an object)
 * becomes text, and null or undefined is left out, so that an odd attribute never costs the data.
 */
export function storeAttributes(attributes: H5Attributes, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === undefined || internalAttributes.has(name)) continue;
    attributes.set(name, storable(value));
  }
}

function storable(value: unknown): string | NDArray {
  if (typeof value === 'string') return storableText(value);
  if (typeof value === 'number' || typeof value === 'bigint') return scalarArray(value);
  if (typeof value === 'boolean') return {dtype: 'int8', shape: [], data: Int8Array.of(Number(value))}; // netCDF knows no booleans
  if (Array.isArray(value)) return list(value);
  if (isArray(value)) return value;
  return asText(value);
}

function list(values: readonly unknown[]): string | NDArray {
  const shape = [values.length];
  if (values.length === 0) return '[]';
  if (values.every((value) => typeof value === 'bigint')) return {dtype: 'int64', shape, data: BigInt64Array.from(values)};
  if (values.every((value) => typeof value === 'number' || typeof value === 'bigint'))
    return {dtype: 'float64', shape, data: Float64Array.from(values, Number)};
  if (values.every((value) => typeof value === 'string')) return {dtype: 'string', shape, data: values.map(storableText)};
  return asText(values);
}

/** As JSON, which has no large integers. */
const asText = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)) ?? '';

const isArray = (value: unknown): value is NDArray =>
  typeof value === 'object' && value !== null && 'dtype' in value && 'shape' in value && 'data' in value;
