import {FirstlightError} from '@firstlight/core';

/** Part of one dimension: an index (drops the dimension), a range with a step, or null for all of it. */
export type DimensionSelection = number | {readonly start?: number; readonly stop?: number; readonly step?: number} | null;

/** Which part of a dataset, one entry for each dimension from the first; missing ones mean all. Negative numbers count from the end, as in Python. */
export type Selection = readonly DimensionSelection[];

/** A selection as the library wants it, and the shape of what comes out. */
export interface Hyperslab {
  readonly start: readonly number[];
  readonly step: readonly number[];
  readonly count: readonly number[];
  /** Without the dimensions that an index drops. */
  readonly shape: readonly number[];
  readonly size: number;
  /** Every element, in order. */
  readonly whole: boolean;
}

/** Works out a selection of a dataset of the given shape. Throws `hdf5-selection` for an index outside, a step below 1, or too many dimensions. */
export function resolveSelection(selection: Selection, shape: readonly number[]): Hyperslab {
  if (selection.length > shape.length) {
    throw new FirstlightError(
      'hdf5-selection',
      `The selection has ${selection.length} dimensions, the data only ${shape.length} (shape [${shape.join(', ')}]).`,
    );
  }
  const ranges = shape.map((length, axis) => range(selection[axis] ?? null, length, axis));
  const count = ranges.map((r) => r.count);
  return {
    start: ranges.map((r) => r.start),
    step: ranges.map((r) => r.step),
    count,
    shape: ranges.filter((r) => !r.dropped).map((r) => r.count),
    size: count.reduce((product, n) => product * n, 1),
    whole: ranges.every((r, axis) => r.count === shape[axis] && r.step === 1),
  };
}

interface Range {
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly dropped: boolean;
}

function range(entry: DimensionSelection, length: number, axis: number): Range {
  if (entry === null) return {start: 0, step: 1, count: length, dropped: false};
  if (typeof entry === 'number') return {start: index(entry, length, axis), step: 1, count: 1, dropped: true};
  const step = entry.step ?? 1;
  if (!Number.isInteger(step) || step < 1)
    throw new FirstlightError('hdf5-selection', `The step of dimension ${axis} is ${step}; it must be a whole number of at least 1.`);
  const start = clip(entry.start ?? 0, length, axis);
  const stop = clip(entry.stop ?? length, length, axis);
  const count = Math.max(0, Math.ceil((stop - start) / step));
  return {start: count === 0 ? 0 : start, step, count, dropped: false};
}

function index(value: number, length: number, axis: number): number {
  const found = value < 0 ? value + length : value;
  if (!Number.isInteger(found) || found < 0 || found >= length) {
    throw new FirstlightError('hdf5-selection', `Index ${value} is outside dimension ${axis}, which has length ${length}.`);
  }
  return found;
}

function clip(value: number, length: number, axis: number): number {
  if (!Number.isInteger(value))
    throw new FirstlightError('hdf5-selection', `A bound of dimension ${axis} is ${value}; it must be a whole number.`);
  return Math.min(length, Math.max(0, value < 0 ? value + length : value));
}
