import {type Dataset, isFirstlightError, type NDArray, sizeOf} from '@firstlight/core';
import type {Connection} from '../database/connection.ts';
import {readData, type ReadValue} from '../reader/read-value.ts';
import {opener} from './open-version.ts';
import type {VersionPlace} from './version-place.ts';

/** How a part of a value's data (the array itself, a coordinate, a variable of a Dataset) differs between two versions. */
export interface PartDiff {
  /** `data`, the name of a variable, or `coords.NAME`. */
  readonly part: string;
  /** What it is, `float64 (3, 4)`; null: this version has no such part. */
  readonly a: string | null;
  readonly b: string | null;
  /** How many elements differ, of how many; null when the shapes differ. NaN is the same as NaN. */
  readonly different: number | null;
  readonly elements: number | null;
  /** The largest |b − a| and the index where it is; null for texts, and where none of the differing elements is finite in both. */
  readonly largest: {readonly difference: number; readonly at: readonly number[]} | null;
}

/** How the data of two versions of a value differ; `parts` are those that do, and null when the data of a version is not there any more. */
export interface DataDiff {
  readonly parts: readonly PartDiff[] | null;
}

/** Compares the data of two versions of a value, element by element. Throws `no-version`. */
export function compareData(
  connection: Connection,
  dir: string,
  {a, b, ...cell}: Omit<VersionPlace, 'version'> & {readonly a: number; readonly b: number},
): DataDiff {
  const [before, after] = [a, b].map((version) => partsAt(connection, dir, {...cell, version}));
  if (!before || !after) return {parts: null};
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return {parts: names.map((part) => comparePart(part, before.get(part), after.get(part))).filter((diff) => diff !== undefined)};
}

type Parts = ReadonlyMap<string, NDArray>;

function partsAt(connection: Connection, dir: string, {run, name, version}: VersionPlace): Parts | undefined {
  try {
    return partsOf(readData(dir, run, name, {open: opener(connection, version)}));
  } catch (error) {
    if (isFirstlightError(error, 'no-value')) return undefined;
    throw error;
  }
}

const textArray = (text: string): NDArray => ({dtype: 'string', shape: [], data: [text]});

function partsOf(value: ReadValue): Parts {
  if (value.kind === 'DataArray') return new Map([['data', value.array], ...coordinates(value.coords)]);
  if (value.kind === 'Dataset') return new Map([...variablesOf(value.variables), ...coordinates(value.coords)]);
  if (value.kind === 'text') return new Map([['data', textArray(value.text)]]);
  if (value.kind === 'plotly') return new Map([['data', textArray(value.figure)]]);
  return new Map([['data', value.array]]);
}

const variablesOf = (variables: Dataset['variables']): [string, NDArray][] =>
  Object.entries(variables).map(([name, {array}]) => [name, array]);

const coordinates = (coords: Readonly<Record<string, NDArray>>): [string, NDArray][] =>
  Object.entries(coords).map(([name, coordinate]) => [`coords.${name}`, coordinate]);

const kindOf = (array: NDArray | undefined): string | null =>
  array === undefined ? null : array.shape.length === 0 ? array.dtype : `${array.dtype} (${array.shape.join(', ')})`;

/** Undefined when nothing differs. */
function comparePart(part: string, a: NDArray | undefined, b: NDArray | undefined): PartDiff | undefined {
  const kinds = {part, a: kindOf(a), b: kindOf(b)};
  if (!a || !b || a.shape.join() !== b.shape.join() || isComplex(a) !== isComplex(b))
    return {...kinds, different: null, elements: null, largest: null};
  const found = compareElements(a, b);
  return found.different === 0 && a.dtype === b.dtype ? undefined : {...kinds, elements: sizeOf(a.shape), ...found};
}

const isComplex = ({dtype}: NDArray): boolean => dtype.startsWith('complex');

function compareElements(a: NDArray, b: NDArray): Pick<PartDiff, 'different' | 'largest'> {
  const distance = isComplex(a) ? complexDistance : plainDistance;
  const elements = sizeOf(a.shape);
  let [different, difference, index] = [0, -1, -1];
  for (let i = 0; i < elements; i++) {
    const apart = distance(a.data, b.data, i);
    if (apart === 0) continue;
    different += 1;
    if (apart > difference && apart < Infinity) [difference, index] = [apart, i];
  }
  return {different, largest: index === -1 ? null : {difference, at: indexOf(index, a.shape)}};
}

/** How far two elements are apart; 0 when they are the same, NaN when that cannot be said in numbers. */
type Distance = (a: NDArray['data'], b: NDArray['data'], index: number) => number;

const plainDistance: Distance = (a, b, index) => {
  const [one, other] = [a[index], b[index]];
  if (Object.is(one, other) || one === other) return 0;
  if (typeof one === 'bigint' && typeof other === 'bigint') return Math.abs(Number(other - one));
  return typeof one === 'string' || typeof other === 'string' ? NaN : Math.abs(Number(other) - Number(one)) || NaN;
};

const complexDistance: Distance = (a, b, index) => {
  const [re, im] = [plainDistance(a, b, 2 * index), plainDistance(a, b, 2 * index + 1)];
  return Math.hypot(re, im);
};

function indexOf(position: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  for (let [axis, rest] = [shape.length - 1, position]; axis >= 0; axis--) {
    const length = shape[axis] as number;
    index.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return index;
}
