import {decodeNpy, isNpy} from '../npy.ts';
import {isPng} from '../database/summaries.ts';
import {attributesOf} from '../reader/load-cells.ts';
import type {ExportCell, StoredSummary} from './model.ts';

/** A row of `run_variables` with what our tables add to it; integers are bigint. */
export interface StoredRow {
  readonly name: string;
  readonly value: unknown;
  readonly summary_type: unknown;
  readonly summary_method: unknown;
  readonly attributes: unknown;
  readonly kind: unknown;
}

/** A stored row as a cell, with nothing rounded: `isBoolean` is for what a person may type as true or false. */
export function cellOf(row: StoredRow, isBoolean: boolean): ExportCell {
  const attributes = attributesOf(row.attributes);
  const hasFailed = attributes?.error !== undefined || attributes?.error_cls !== undefined;
  if (row.value !== null) return {state: 'ok', summary: summaryOf(row, isBoolean), attributes};
  if (hasFailed) return {state: attributes?.error_cls === 'Skip' ? 'skipped' : 'failed', summary: null, attributes};
  const isNaN = row.summary_method !== null; // SQLite has no NaN: it is NULL with a method, perhaps an empty one
  return {state: isNaN ? 'ok' : 'none', summary: isNaN ? Number.NaN : null, attributes};
}

function summaryOf({value, summary_type: type, kind}: StoredRow, isBoolean: boolean): StoredSummary {
  if (typeof value === 'bigint') return kind === 'bool' || (isBoolean && value >= 0n && value <= 1n) ? value !== 0n : value;
  if (typeof value === 'number' || typeof value === 'string') return value;
  if (!(value instanceof Uint8Array)) return null;
  if (isPng(value)) return {png: value};
  if (type === 'complex' && value.byteLength === 16) return complexIn(value);
  return isNpy(value) ? {array: decodeNpy(value), isTrendline: type === 'trendline'} : null;
}

function complexIn(bytes: Uint8Array): {re: number; im: number} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {re: view.getFloat64(0, true), im: view.getFloat64(8, true)};
}
