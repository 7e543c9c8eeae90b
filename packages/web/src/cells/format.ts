import type {Complex} from '@firstlight/core';
import {formatMeasured, formatNumber} from '@firstlight/core';

export {formatMeasured, formatNumber};

const trimZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
/**
 * Ticks of an axis with as many decimals as tell them apart, and no more.
 *
 * @example
 * formatTicks([0, 0.25, 0.5]) // ['0', '0.25', '0.5']
 */
export function formatTicks(ticks: readonly number[]): string[] {
  const step = ticks.length > 1 ? Math.abs((ticks[1] ?? 0) - (ticks[0] ?? 0)) : Math.abs(ticks[0] ?? 1);
  const largest = ticks.reduce((most, tick) => Math.max(most, Math.abs(tick)), 0);
  if (largest >= 1e15 || (largest > 0 && largest < 1e-3)) return ticks.map(formatNumber);
  const decimals = Math.max(0, Math.min(12, Math.ceil(-Math.log10(step || 1)) + 1));
  return ticks.map((tick) => trimZeros((tick === 0 ? 0 : tick).toFixed(decimals)));
}

/** A complex number, `1.5 - 2i`. */
export const formatComplex = ({re, im}: Complex): string =>
  `${formatNumber(re)} ${im < 0 || Object.is(im, -0) ? '-' : '+'} ${formatNumber(Math.abs(im))}i`;

/** A shape as people write it: `2000 × 1000`, or `scalar`. */
export const formatShape = (shape: readonly number[]): string => (shape.length === 0 ? 'scalar' : shape.join(' × '));

const twoDigits = (n: number): string => String(n).padStart(2, '0');

/** Seconds since 1970 as local `14:03:22`. */
export function formatTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}:${twoDigits(date.getSeconds())}`;
}

/** Seconds since 1970 as local `2026-11-21 14:03:22`. */
export function formatDateTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())} ${formatTime(seconds)}`;
}

/** A count with its noun: `1 run`, `3 runs`. */
export const count = (n: number, noun: string): string => `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;
