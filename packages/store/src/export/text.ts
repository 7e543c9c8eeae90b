import {type NDArray, sizeOf, summaryToJson} from '@firstlight/core';
import {isArray, isComplex, isPicture, type StoredArray, type StoredSummary} from './model.ts';

/**
 * A summary as text that says all of it, as Python reads it: `5` is an integer, `5.0` a real number; `nan`, `inf`; `True`; `(1+2j)`; an array as JSON. A picture is
 * only named.
 */
export function summaryText(summary: StoredSummary): string {
  if (summary === null) return '';
  if (typeof summary === 'string') return summary;
  if (typeof summary === 'number') return realText(summary);
  if (typeof summary === 'bigint') return String(summary);
  if (typeof summary === 'boolean') return summary ? 'True' : 'False';
  if (isPicture(summary)) return '[picture]';
  if (isComplex(summary)) return complexText(summary.re, summary.im);
  return isArray(summary) ? arrayJson(summary) : '';
}

/** A real number with as many digits as it takes to get the same back. */
export function realText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function complexText(re: number, im: number): string {
  const imaginary = realText(im);
  return `(${realText(re)}${/^[-]/.test(imaginary) ? '' : '+'}${imaginary}j)`;
}

/** An array as JSON: a trendline as its x and y, others as nested lists. */
export function arrayJson({array, isTrendline}: StoredArray): string {
  const lists = nestedLists(array);
  const [x, y] = isTrendline && array.shape.length === 2 && array.shape[0] === 2 ? (lists as unknown[][]) : [];
  return JSON.stringify(x && y ? {x, y} : lists);
}

const nestedLists = (array: NDArray): unknown => nested(plainElements(array), array.shape);

function nested(elements: readonly unknown[], [length = 0, ...inner]: readonly number[]): unknown[] {
  if (inner.length === 0) return [...elements];
  const each = sizeOf(inner);
  return Array.from({length}, (_, i) => nested(elements.slice(i * each, (i + 1) * each), inner));
}

function plainElements({dtype, data}: NDArray): unknown[] {
  if (dtype === 'bool') return Array.from(data as Uint8Array, (element) => element !== 0);
  const plain = Array.from(data as ArrayLike<string | number | bigint>, summaryToJson);
  if (!dtype.startsWith('complex')) return plain;
  return Array.from({length: plain.length / 2}, (_, i) => ({re: plain[2 * i], im: plain[2 * i + 1]}));
}

/** Seconds since 1970 as ISO 8601 in UTC, to the microsecond; '' when there are none. */
export function timeText(seconds: number | null): string {
  if (seconds === null) return '';
  const microseconds = microsecondsOf(seconds);
  const whole = microseconds / 1_000_000n - (microseconds % 1_000_000n < 0n ? 1n : 0n);
  const fraction = microseconds - whole * 1_000_000n;
  return `${new Date(Number(whole) * 1000).toISOString().slice(0, 19)}.${String(fraction).padStart(6, '0')}Z`;
}

/** Seconds since 1970 in whole microseconds, which is all that a double can tell today. */
export const microsecondsOf = (seconds: number): bigint => {
  const whole = Math.floor(seconds);
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((seconds - whole) * 1e6));
};
