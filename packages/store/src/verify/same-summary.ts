import type {NDArray} from '@firstlight/core';
import {encodeSummary} from '../database/summaries.ts';
import type {StoredSummary} from '../fragment/read.ts';
import {decodeNpy, isNpy} from '../npy.ts';
import type {StoredRow} from './stored-rows.ts';

/** Tells whether a row of the table says what the run's file says; arrays are compared by their elements, because their bytes depend on who wrote them. */
export function sameSummary({stored, summaryType, maxDiff}: StoredSummary, row: StoredRow): boolean {
  const expected = encodeSummary(stored, summaryType);
  return (
    row.error === null &&
    expected.type === row.summaryType &&
    sameValue(expected.value, row.value) &&
    sameNumber(maxDiff ?? Number.NaN, row.maxDiff === null ? Number.NaN : Number(row.maxDiff))
  );
}

function sameValue(a: unknown, b: unknown): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array)
    return isNpy(a) && isNpy(b) ? sameArray(decodeNpy(a), decodeNpy(b)) : sameBytes(a, b);
  // A whole number may be stored as either kind of number.
  if (isNumber(a) && isNumber(b)) return sameNumber(Number(a), Number(b));
  return a === b;
}

const isNumber = (value: unknown): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';
const sameNumber = (a: number, b: number): boolean => Object.is(a, b) || a === b;
const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

const sameArray = (a: NDArray, b: NDArray): boolean =>
  a.dtype === b.dtype &&
  a.shape.join() === b.shape.join() &&
  Array.from(a.data as ArrayLike<number>).every((value, i) => Object.is(value, b.data[i]));
