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
  return JSON.stringify(value) ?? '';
}

function list(values: readonly unknown[]): string | NDArray {
  if (values.length > 0 && values.every((value) => typeof value === 'number'))
    return {dtype: 'float64', shape: [values.length], data: Float64Array.from(values)};
  if (values.length > 0 && values.every((value) => typeof value === 'string'))
    return {dtype: 'string', shape: [values.length], data: values.map(storableText)};
  return JSON.stringify(values);
}

const isArray = (value: unknown): value is NDArray =>
  typeof value === 'object' && value !== null && 'dtype' in value && 'shape' in value && 'data' in value;
