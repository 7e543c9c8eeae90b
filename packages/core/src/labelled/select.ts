import type {Coordinate} from '../dataarray.ts';
import type {Cut} from './cut.ts';

/** Places from `start` up to, without, `stop`; negative ones count from the end, as in Python. */
export interface Slice {
  readonly start?: number;
  readonly stop?: number;
  readonly step?: number;
}

/** What `isel` keeps of a dimension: one place (the dimension goes), a slice, or a list of places. */
export type Indexer = number | Slice | ArrayLike<number>;

export type Label = number | bigint | string | boolean;

/** Labels from `from` to `to`, both included; either may be left out. */
export interface LabelRange {
  readonly from?: Label;
  readonly to?: Label;
}

/** What `sel` keeps of a dimension: one label (the dimension goes), the label nearest to a number, a range, or a list of labels. */
export type LabelIndexer = Label | {readonly nearest: number | bigint} | LabelRange | ArrayLike<Label>;

const isList = <T>(value: unknown): value is ArrayLike<T> => Array.isArray(value) || ArrayBuffer.isView(value);

/** Turns places into a cut. @throws RangeError for a place outside. */
export function cutAt(indexer: Indexer, length: number, dim: string): Cut {
  if (typeof indexer === 'number') return {kind: 'place', index: place(indexer, length, dim)};
  if (isList<number>(indexer)) return {kind: 'places', indices: Array.from(indexer, (index) => place(index, length, dim))};
  return rangeOf(indexer, length);
}

function place(index: number, length: number, dim: string): number {
  const at = index < 0 ? index + length : index;
  if (Number.isInteger(at) && at >= 0 && at < length) return at;
  throw new RangeError(`Place ${index} is outside of dimension "${dim}", which has ${length} places.`);
}

function rangeOf({start, stop, step = 1}: Slice, length: number): Cut {
  if (!Number.isInteger(step) || step === 0) throw new RangeError(`The step of a slice is a whole number other than 0, not ${step}.`);
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1];
  const clip = (at: number) => Math.min(Math.max(at < 0 ? at + length : at, lowest), highest);
  const first = start === undefined ? (step > 0 ? lowest : highest) : clip(start);
  const end = stop === undefined ? (step > 0 ? highest : lowest) : clip(stop);
  return {kind: 'range', start: first, count: Math.max(0, Math.ceil((end - first) / step)), step};
}

/** A label as something to compare: 64-bit integers and numbers of the same value are the same label. */
export const labelKey = (label: Label): number | bigint | string => {
  if (typeof label === 'string') return label;
  if (typeof label === 'bigint' && (label > Number.MAX_SAFE_INTEGER || label < Number.MIN_SAFE_INTEGER)) return label;
  return Number(label);
};

/** Turns labels into a cut. @throws RangeError for a label that is not there. */
export function cutByLabel(indexer: LabelIndexer, coordinate: Coordinate, dim: string): Cut {
  const labels: ArrayLike<Label> = coordinate.data;
  if (typeof indexer !== 'object') return {kind: 'place', index: placeOf(indexer, labels, dim)};
  if (isList<Label>(indexer)) {
    const places = placesByLabel(labels);
    return {kind: 'places', indices: Array.from(indexer, (label) => places.get(labelKey(label)) ?? missing(label, dim))};
  }
  if ('nearest' in indexer) return {kind: 'place', index: nearest(Number(indexer.nearest), coordinate, dim)};
  return labelRange(indexer, labels, dim);
}

function missing(label: Label, dim: string): never {
  throw new RangeError(`Dimension "${dim}" has no label ${String(label)}; {nearest: ${String(label)}} takes the closest one.`);
}

function placeOf(label: Label, labels: ArrayLike<Label>, dim: string): number {
  const key = labelKey(label);
  for (let i = 0; i < labels.length; i++) if (labelKey(labels[i] as Label) === key) return i;
  return missing(label, dim);
}

/** The first place of each label. */
export function placesByLabel(labels: ArrayLike<Label>): Map<number | bigint | string, number> {
  const places = new Map<number | bigint | string, number>();
  for (let i = labels.length - 1; i >= 0; i--) places.set(labelKey(labels[i] as Label), i);
  return places;
}

function nearest(wanted: number, {data, dtype}: Coordinate, dim: string): number {
  if (dtype === 'string') throw new TypeError(`The labels of dimension "${dim}" are texts; none of them is nearest to ${wanted}.`);
  let best = -1;
  let distance = Number.POSITIVE_INFINITY;
  for (let i = 0; i < data.length; i++) {
    const away = Math.abs(Number(data[i]) - wanted);
    // Of two labels equally far away the larger one, as pandas has it.
    if (away < distance || (away === distance && Number(data[i]) > Number(data[best]))) [best, distance] = [i, away];
  }
  return best >= 0 ? best : missing(wanted, dim);
}

function labelRange({from, to}: LabelRange, labels: ArrayLike<Label>, dim: string): Cut {
  const keys = Array.from(labels, labelKey);
  const rises = keys.every((key, i) => i === 0 || (keys[i - 1] as number) <= (key as number));
  const falls = keys.every((key, i) => i === 0 || (keys[i - 1] as number) >= (key as number));
  if (!rises && !falls) {
    throw new RangeError(
      `The labels of dimension "${dim}" are not sorted, so a range of them has no meaning; .sortBy('${dim}') sorts them.`,
    );
  }
  const [low, high] = (rises ? [from, to] : [to, from]).map((label) => (label === undefined ? undefined : labelKey(label)));
  const isIn = (key: number | bigint | string) => (low === undefined || key >= low) && (high === undefined || key <= high);
  const start = keys.findIndex(isIn);
  return {kind: 'range', start: Math.max(start, 0), count: keys.filter(isIn).length, step: 1};
}
