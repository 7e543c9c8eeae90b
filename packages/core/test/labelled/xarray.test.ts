import {spawnSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import * as fc from 'fast-check';
import {beforeAll, describe, expect, test} from 'vitest';
import type {DType, NDArray} from '../../src/index.ts';
import {arrayTypeOf} from '../../src/index.ts';
import {concat, dataArray} from '../../src/labelled/index.ts';
import type {DataArray, ReductionName} from '../../src/labelled/index.ts';
import type {ArraySpec, Case, Step} from './cases.ts';
import {families} from './cases.ts';

const python = fileURLToPath(new URL('../../../../.venv/bin/python', import.meta.url));
const script = fileURLToPath(new URL('./evaluate.py', import.meta.url));

interface Outcome {
  readonly error?: string;
  readonly dims: string[];
  readonly shape: number[];
  readonly dtype: string;
  readonly data: unknown[];
  readonly coords: Record<string, {dims: string[]; data: unknown[]}>;
  readonly attrs: Record<string, unknown>;
}

// --- Our side

function elements(dtype: DType, data: ArraySpec['data']): NDArray['data'] {
  if (dtype === 'string') return data as string[];
  if (dtype === 'int64' || dtype === 'uint64') return (arrayTypeOf(dtype) as BigInt64ArrayConstructor).from(data as string[], BigInt);
  return (arrayTypeOf(dtype) as Float64ArrayConstructor).from(data.flat() as number[], Number);
}

function build({dims, shape, dtype, data, coords, attrs}: ArraySpec): DataArray {
  const given = Object.entries(coords).map(([name, each]) => [
    name,
    {dims: each.dims, dtype: each.dtype, shape: each.shape, data: elements(each.dtype, each.data)},
  ]);
  return dataArray({dtype, shape, data: elements(dtype, data)}, {dims, attrs, coords: Object.fromEntries(given) as never});
}

// Arguments come from the cases, which know what each step takes.
type Apply = (array: DataArray, rest: [never, never], arrays: Readonly<Record<string, DataArray>>) => DataArray;

const steps: Readonly<Record<string, Apply>> = {
  isel: (array, [indexers]) => array.isel(indexers),
  sel: (array, [indexers]) => array.sel(indexers),
  nearest: (array, [wanted]) => array.sel(Object.fromEntries(Object.entries<number>(wanted).map(([dim, nearest]) => [dim, {nearest}]))),
  transpose: (array, [dims]) => array.transpose(...(dims as string[])),
  where: (array, [condition, other], arrays) => array.where(arrays[condition] as DataArray, other),
  cumsum: (array, [dim]) => array.cumsum(dim),
  diff: (array, [dim]) => array.diff(dim),
  sortBy: (array, [by]) => array.sortBy(by),
  rename: (array, [names]) => array.rename(names),
  groupBy: (array, [by, name], arrays) => array.groupBy(arrays[by] ?? by).reduce(name),
  concat: (array, [other, dim], arrays) => concat([array, arrays[other] as DataArray], dim),
  squeeze: (array) => array.squeeze(),
  real: (array) => array.real(),
  fillNaN: (array, [value]) => array.fillNaN(value),
};

const reductions = new Set(['mean', 'sum', 'std', 'var', 'min', 'max', 'median', 'count', 'argmax', 'argmin', 'any', 'all']);

function apply(array: DataArray, [name, ...rest]: Step, arrays: Record<string, DataArray>): DataArray {
  const [first, options] = rest as [unknown, {skipna?: boolean; ddof?: number} | undefined];
  if (reductions.has(name)) {
    const {skipna, ...others} = options ?? {};
    return array.reduce(
      name as ReductionName,
      (first ?? undefined) as string,
      skipna === undefined ? others : {...others, skipNaN: skipna},
    );
  }
  const known = steps[name];
  if (known) return known(array, rest as [never, never], arrays);
  const method = array[name as 'add'].bind(array);
  return typeof first === 'string' ? method(arrays[first] as DataArray) : method(first as number);
}

const ours = ({arrays, steps: all}: Case): DataArray => {
  const built = Object.fromEntries(Object.entries(arrays).map(([name, spec]) => [name, build(spec)]));
  return all.reduce((array, step) => apply(array, step, built), built.a as DataArray);
};

// --- The comparison

function plain({dtype, data}: Pick<NDArray, 'dtype' | 'data'>): unknown[] {
  if (dtype.startsWith('complex')) return Array.from({length: data.length / 2}, (_, i) => [data[2 * i], data[2 * i + 1]]);
  return Array.from(data as ArrayLike<unknown>);
}

function isSame(mine: unknown, theirs: unknown, tolerance: number): boolean {
  if (Array.isArray(mine)) return mine.every((part, i) => isSame(part, (theirs as unknown[])[i], tolerance));
  if (typeof mine === 'bigint')
    return Number(mine) === Number(theirs) && (typeof theirs !== 'string' || theirs.includes('.') || BigInt(theirs) === mine);
  const [a, b] = [Number(mine), theirs === 'nan' ? Number.NaN : Number(String(theirs).replace('inf', 'Infinity'))];
  return Object.is(a, b) || a === b || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b));
}

const tolerances: Readonly<Record<string, number>> = {float16: 4e-3, float32: 2e-6, complex64: 4e-6};

/** What differs, in words; undefined when nothing does. */
function difference(mine: DataArray, theirs: Outcome): string | undefined {
  if (mine.dims.join() !== theirs.dims.join()) return `dims ${mine.dims.join()} and ${theirs.dims.join()}`;
  if (mine.shape.join() !== theirs.shape.join()) return `shape ${mine.shape.join()} and ${theirs.shape.join()}`;
  const isOurFloat = mine.dtype === 'float64' && /int|bool/.test(theirs.dtype);
  if (mine.dtype !== theirs.dtype && !isOurFloat) return `type ${mine.dtype} and ${theirs.dtype}`;
  const tolerance = tolerances[theirs.dtype] ?? 1e-12;
  const at = plain(mine.array).findIndex((value, i) => !isSame(value, theirs.data[i], tolerance));
  if (at >= 0) return `element ${at}: ${String(plain(mine.array)[at])} and ${String(theirs.data[at])}`;
  const names = [mine.coords, theirs.coords].map((coords) => Object.keys(coords).sort().join());
  if (names[0] !== names[1]) return `coordinates ${names.join(' and ')}`;
  for (const [name, coordinate] of Object.entries(mine.coords)) {
    const other = theirs.coords[name] as Outcome['coords'][string];
    if (coordinate.dims.join() !== other.dims.join()) return `dims of ${name}: ${coordinate.dims.join()} and ${other.dims.join()}`;
    if (!isSame(plain(coordinate), other.data, 0)) return `labels of ${name}`;
  }
  return undefined;
}

/** Where xarray refuses some of what we do: labels in another order, coordinates that differ. */
const matchedByUs = new Set(['conditions with something else', 'groups by another array', 'joined along a new dimension']);
const casesPerFamily = 60;
const names = Object.keys(families);
const cases = new Map(
  names.map((name) => [name, fc.sample(families[name] as fc.Arbitrary<Case>, {numRuns: casesPerFamily, seed: 20_260_101})]),
);
const outcomes = new Map<string, Outcome[]>();

beforeAll(() => {
  const input = JSON.stringify([...cases.values()].flat());
  const {stdout, stderr, status} = spawnSync(python, [script], {input, encoding: 'utf8', maxBuffer: 2 ** 28});
  if (status !== 0) throw new Error(stderr);
  const all = JSON.parse(stdout) as Outcome[];
  for (const [i, name] of names.entries()) outcomes.set(name, all.slice(i * casesPerFamily, (i + 1) * casesPerFamily));
});

/** What is wrong with a case, in words. */
function problemOf(name: string, each: Case, theirs: Outcome): string | undefined {
  try {
    const mine = ours(each);
    if (theirs.error === undefined) return difference(mine, theirs);
    return matchedByUs.has(name) ? undefined : `we answer, but xarray says: ${theirs.error}`;
  } catch (error) {
    return theirs.error === undefined ? `we refuse: ${String(error)}` : undefined;
  }
}

describe('labelled arrays give what xarray gives:', () => {
  test.each(names)('%s', (name) => {
    const theirs = outcomes.get(name) as Outcome[];
    const problems = (cases.get(name) as Case[]).map((each, i) => {
      const problem = problemOf(name, each, theirs[i] as Outcome);
      return problem === undefined ? undefined : `${problem}; ${JSON.stringify(each)}; xarray: ${JSON.stringify(theirs[i])}`;
    });
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
    // Cases that both refuse prove little.
    expect(theirs.filter(({error}) => error === undefined).length).toBeGreaterThan(casesPerFamily / 4);
  });
});
