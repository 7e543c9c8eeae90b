import {type Complex, FirstlightError, type NDArray, type Summary} from '@firstlight/core';
import {decodeNpy, encodeNpy, isNpy} from '../npy.ts';
import type {SqlValue} from './connection.ts';

/** A summary as `run_variables` holds it. */
export interface EncodedSummary {
  readonly value: SqlValue;
  readonly type: 'trendline' | 'numpy' | 'complex' | null;
  /** What the column cannot say, for `fl_summary_kinds`. */
  readonly kind: 'bool' | null;
}

const pngSignature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const largestInteger = 2n ** 63n - 1n;

/** Tells whether bytes begin like a PNG picture. */
export const isPng = (bytes: Uint8Array): boolean => pngSignature.every((byte, i) => bytes[i] === byte);

/** Encodes what a fragment's `.reduced/<name>` holds for the column `value`; NaN becomes NULL, as Python's sqlite3 does it. */
export function encodeSummary(stored: NDArray | string | null, summaryType: string | null): EncodedSummary {
  if (stored === null || typeof stored === 'string') return {value: stored, type: null, kind: null};
  if (stored.dtype === 'string') return {value: (stored.data[0] as string | undefined) ?? '', type: null, kind: null};
  if (stored.shape.length === 0) return encodeScalar(stored);
  if (stored.dtype === 'uint8' && isPng(stored.data as Uint8Array)) return {value: stored.data as Uint8Array, type: null, kind: null};
  return {value: encodeNpy(stored), type: summaryType === 'trendline' ? 'trendline' : 'numpy', kind: null};
}

function encodeScalar({dtype, data}: NDArray): EncodedSummary {
  if (dtype === 'complex64' || dtype === 'complex128') {
    const parts = Float64Array.of(Number(data[0]), Number(data[1]));
    return {value: new Uint8Array(parts.buffer), type: 'complex', kind: null};
  }
  if (dtype === 'bool') return {value: BigInt(data[0] as number), type: null, kind: 'bool'};
  const value = data[0] as number | bigint;
  if (dtype.startsWith('float')) return {value: Number.isNaN(value) ? null : value, type: null, kind: null};
  // A uint64 beyond SQLite's integers is kept approximately rather than lost.
  return {value: BigInt(value) > largestInteger ? Number(value) : BigInt(value), type: null, kind: null};
}

/** A stored summary read back: pictures as `{image}` with the given address, arrays of any size only by their type and shape. */
export function decodeSummary(value: unknown, type: unknown, kind: unknown, imageUrl: string): Summary {
  if (value === null) return Number.NaN;
  if (typeof value === 'bigint') return kind === 'bool' ? value !== 0n : safeNumber(value);
  if (typeof value === 'number' || typeof value === 'string') return value;
  if (!(value instanceof Uint8Array)) throw new FirstlightError('internal', `SQLite returned a ${typeof value}.`);
  if (isPng(value)) return {image: imageUrl};
  if (type === 'complex') return decodeComplex(value);
  if (!isNpy(value)) return null;
  const array = decodeNpy(value);
  return type === 'trendline' ? trendlineOf(array) : {array: {dtype: array.dtype, shape: array.shape}};
}

const safeNumber = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

function decodeComplex(bytes: Uint8Array): Complex {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {re: view.getFloat64(0, true), im: view.getFloat64(8, true)};
}

function trendlineOf({data, shape}: NDArray): Summary {
  const points = shape[1] ?? 0;
  const numbers = Array.from(data as Float64Array, Number);
  return {trendline: {x: numbers.slice(0, points), y: numbers.slice(points)}};
}
