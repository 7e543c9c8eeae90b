import {summaryToJson} from '@firstlight/core';
import type {NDArray} from '@firstlight/core';

/** An element of an array as JSON can say it: NaN and infinities as strings, integers beyond 2^53 too. */
export function elementToJson(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return typeof value === 'number' ? summaryToJson(value) : value;
}

/** What a user attached to an array, as JSON can say it: arrays as flat lists. */
export const attributesToJson = (attrs: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(attrs).map(([name, value]) => [name, attributeToJson(value)]));

function attributeToJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return elementToJson(value);
  const elements = Array.isArray(value) ? value : 'data' in value ? (value as NDArray).data : undefined;
  return elements ? Array.from(elements as ArrayLike<unknown>, elementToJson) : value;
}
