import * as fc from 'fast-check';
import type {DType} from '../../src/index.ts';

/** An array in words that JSON has: numbers as numbers or `NaN`, whole 64-bit ones as text, complex ones as pairs. */
export interface ArraySpec {
  readonly dims: readonly string[];
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: readonly (number | string | readonly number[])[];
  readonly coords: Readonly<
    Record<string, {dims: readonly string[]; dtype: DType; shape: readonly number[]; data: readonly (number | string)[]}>
  >;
  readonly attrs: Readonly<Record<string, string | undefined>>;
}

export type Step = readonly [name: string, ...rest: unknown[]];

export interface Case {
  readonly arrays: Readonly<Record<string, ArraySpec>>;
  readonly steps: readonly Step[];
}

const dimNames = ['x', 'y', 'z'] as const;
const realTypes = [
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'float16',
  'float32',
  'float64',
  'bool',
] as const;
const floatTypes = ['float32', 'float64'] as const;

const elementOf = (dtype: DType): fc.Arbitrary<number | string | number[]> => {
  if (dtype === 'bool') return fc.integer({min: 0, max: 1});
  if (dtype === 'int64') return fc.bigInt({min: -(2n ** 40n), max: 2n ** 40n}).map(String);
  if (dtype === 'uint64') return fc.bigInt({min: 0n, max: 2n ** 60n}).map(String);
  if (dtype.startsWith('uint')) return fc.integer({min: 0, max: 120});
  if (dtype.startsWith('int')) return fc.integer({min: -9, max: 9});
  // Quarters are exact in every float type, so that nothing depends on the order of a sum.
  const quarter = fc.integer({min: -40, max: 40}).map((value) => value / 4);
  if (dtype.startsWith('complex')) return fc.tuple(quarter, quarter);
  return fc.oneof({arbitrary: quarter, weight: 5}, {arbitrary: fc.constant('NaN'), weight: 1});
};

const labelsOf = (length: number, sorted: boolean): fc.Arbitrary<number[]> =>
  fc
    .uniqueArray(fc.integer({min: 0, max: length + 3}), {minLength: length, maxLength: length})
    .map((labels) => (sorted ? labels.sort((a, b) => a - b) : labels));

interface Wish {
  readonly dtypes?: readonly DType[];
  readonly dims?: readonly string[];
  readonly minLength?: number;
  readonly sorted?: boolean;
  readonly lengths?: Readonly<Record<string, number>>;
  readonly withLabels?: boolean;
}

/** Any array with up to three dimensions, some with labels, with a scalar coordinate and one beside the labels at times. */
export function arrays({
  dtypes = realTypes,
  dims,
  minLength = 0,
  sorted = false,
  lengths = {},
  withLabels,
}: Wish = {}): fc.Arbitrary<ArraySpec> {
  const named = dims ? fc.constant(dims) : fc.shuffledSubarray([...dimNames]);
  return fc.tuple(named, fc.constantFrom(...dtypes)).chain(([own, dtype]) =>
    fc
      .tuple(...own.map((dim) => (dim in lengths ? fc.constant(lengths[dim] as number) : fc.integer({min: minLength, max: 5}))))
      .chain((shape) => {
        const size = shape.reduce((product, length) => product * length, 1);
        const labels = own.map((_, i) => fc.option(labelsOf(shape[i] as number, sorted), {nil: undefined, freq: withLabels ? 1000 : 2}));
        const extra = fc.array(fc.integer({min: 0, max: 2}), {minLength: shape[0] ?? 0, maxLength: shape[0] ?? 0});
        return fc
          .tuple(fc.array(elementOf(dtype), {minLength: size, maxLength: size}), fc.tuple(...labels), extra, fc.boolean(), fc.boolean())
          .map(([data, given, groups, hasScalar, hasUnits]) => {
            const coords: Record<string, ArraySpec['coords'][string]> = {};
            for (const [i, dim] of own.entries()) {
              const values = given[i];
              if (values) coords[dim] = {dims: [dim], dtype: 'int64', shape: [values.length], data: values.map(String)};
            }
            if (own.length > 0) coords.g = {dims: [own[0] as string], dtype: 'float64', shape: [groups.length], data: groups};
            if (hasScalar) coords.s = {dims: [], dtype: 'float64', shape: [], data: [2.5]};
            return {dims: own, shape, dtype, data, coords, attrs: hasUnits ? {units: 'mJ'} : {}};
          });
      }),
  );
}

const place = (length: number): fc.Arbitrary<unknown> => {
  const slice = fc.record({
    start: fc.option(fc.integer({min: -7, max: 7}), {nil: undefined}),
    stop: fc.option(fc.integer({min: -7, max: 7}), {nil: undefined}),
    step: fc.option(fc.constantFrom(1, 2, 3, -1, -2), {nil: undefined}),
  });
  const one = fc.integer({min: -length, max: Math.max(length - 1, 0)});
  return length === 0 ? slice : fc.oneof(one, slice, fc.array(one, {maxLength: 4}));
};

/** Places to select along each of some dimensions. */
const places = (spec: ArraySpec): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .subarray([...spec.dims])
    .chain((dims) =>
      fc
        .tuple(...dims.map((dim) => place(spec.shape[spec.dims.indexOf(dim)] as number)))
        .map((all) => Object.fromEntries(dims.map((dim, i) => [dim, all[i]]))),
    );

/** Coordinates of one name and different dimensions are dropped here, and sometimes compared after broadcasting there: not a promise worth testing. */
function ownExtra(spec: ArraySpec): ArraySpec {
  const {g, ...others} = spec.coords;
  return {...spec, coords: g ? {...others, [`g_${spec.dims[0]}`]: g} : others};
}

const alone = (wish: Wish, steps: (spec: ArraySpec) => fc.Arbitrary<Step[]>): fc.Arbitrary<Case> =>
  arrays(wish).chain((a) => steps(a).map((all) => ({arrays: {a}, steps: all})));
const paired = (wish: Wish, other: Wish, steps: (a: ArraySpec, b: ArraySpec) => fc.Arbitrary<Step[]>): fc.Arbitrary<Case> =>
  fc.tuple(arrays(wish), arrays(other)).chain(([a, b]) => {
    const both = {a: ownExtra(a), b: ownExtra(b)};
    return steps(a, b).map((all) => ({arrays: both, steps: all}));
  });

const dimOf = (spec: ArraySpec): fc.Arbitrary<string> => fc.constantFrom(...(spec.dims as [string, ...string[]]));
/** At least one, or all of none. */
const someDims = ({dims}: ArraySpec): fc.Arbitrary<string[] | null> =>
  dims.length === 0 ? fc.constant(null) : fc.subarray([...dims], {minLength: 1});
const lines: readonly (readonly string[])[] = [['x'], ['y', 'x'], ['x', 'z'], ['z', 'x', 'y']];
const withX = (wish: Wish = {}): fc.Arbitrary<Wish> => fc.constantFrom(...lines).map((dims) => Object.assign({}, wish, {dims}));
const arithmetic = fc.constantFrom('add', 'sub', 'mul', 'div');
const comparison = fc.constantFrom('gt', 'ge', 'lt', 'le', 'eq', 'ne');
// Of equal types, for numpy's integers would wrap around where ours do not.
const safe: Wish = {dtypes: ['float32', 'float64', 'int32', 'int64', 'float16']};

/** Joining arrays of different labels along another dimension, xarray fills what is missing with NaN; we refuse. */
const withEqualLabels =
  (dim: string) =>
  ({arrays, steps}: Case): Case => {
    const {a, b} = arrays as {a: ArraySpec; b: ArraySpec};
    const {[dim]: _, ...others} = b.coords;
    return {arrays: {a, b: {...b, coords: a.coords[dim] ? {...others, [dim]: a.coords[dim]} : others}}, steps};
  };

/** What is compared, by name. */
export const families: Readonly<Record<string, fc.Arbitrary<Case>>> = {
  'places, slices and lists': alone({}, (a) =>
    fc.array(places(a), {minLength: 1, maxLength: 1}).map((all) => all.map((each) => ['isel', each] as const)),
  ),
  'transposed, then cut and reduced': alone({dims: ['x', 'y', 'z'], minLength: 1}, (a) =>
    fc
      .tuple(
        fc.shuffledSubarray(['x', 'y', 'z'], {minLength: 3}),
        place(a.shape[1] as number).filter((each) => typeof each === 'object'),
        fc.constantFrom('sum', 'mean', 'max', 'count'),
      )
      .map(
        ([order, cut, name]) =>
          [
            ['transpose', order],
            ['isel', {y: cut}],
            ['isel', {z: {step: -1}}],
            [name === 'max' ? 'count' : name, 'x'],
          ] as Step[],
      ),
  ),
  'reductions over some dimensions': alone({}, (a) =>
    fc
      .tuple(fc.constantFrom('mean', 'sum', 'std', 'var', 'median', 'count', 'any', 'all'), someDims(a))
      .map(([name, dims]) => [[a.dtype.startsWith('float') && (name === 'any' || name === 'all') ? 'count' : name, dims]]),
  ),
  'reductions over all, NaN left in': alone({minLength: 1}, () =>
    fc.constantFrom('mean', 'sum', 'std', 'var', 'min', 'max', 'median').map((name) => [[name, null, {skipna: false}]]),
  ),
  extremes: alone({minLength: 1}, (a) => fc.tuple(fc.constantFrom('min', 'max'), someDims(a)).map(([name, dims]) => [[name, dims]])),
  'places of extremes': alone({dims: ['y', 'x'], minLength: 1}, () =>
    fc.tuple(fc.constantFrom('argmax', 'argmin'), fc.constantFrom('x', 'y', null)).map(([name, dim]) => [[name, dim]]),
  ),
  'sample deviation': alone({minLength: 1}, (a) => someDims(a).map((dims) => [['std', dims, {ddof: 1}]])),
  'arithmetic of two arrays': fc
    .constantFrom(...(safe.dtypes as DType[]))
    .chain((dtype) => paired({...safe, dtypes: [dtype]}, {...safe, dtypes: [dtype]}, () => arithmetic.map((name) => [[name, 'b']]))),
  'arithmetic of two types of floats': paired({dtypes: floatTypes}, {dtypes: floatTypes}, () => arithmetic.map((name) => [[name, 'b']])),
  'alignment by labels': paired(
    {dtypes: ['float64'], dims: ['x', 'y'], minLength: 2, withLabels: true},
    {dtypes: ['float64'], dims: ['y', 'x'], minLength: 2, withLabels: true},
    () => arithmetic.map((name) => [[name, 'b']]),
  ),
  comparisons: paired({lengths: {x: 3, y: 2, z: 4}}, {lengths: {x: 3, y: 2, z: 4}}, () => comparison.map((name) => [[name, 'b']])),
  'arithmetic with a number': alone({dtypes: ['float16', 'float32', 'float64', 'int32', 'int64']}, () =>
    fc.tuple(arithmetic, fc.constantFrom(2, -3, 4)).map((step) => [step]),
  ),
  functions: alone({dtypes: floatTypes}, () => fc.constantFrom('neg', 'abs', 'sqrt', 'exp', 'log').map((name) => [[name]])),
  'integers keep their type': alone({dtypes: ['int64']}, () => fc.constantFrom('neg', 'abs').map((name) => [[name]])),
  'complex numbers': paired(
    {dtypes: ['complex64', 'complex128'], lengths: {x: 3, y: 2, z: 2}},
    {dtypes: ['complex64', 'complex128', 'float32', 'float64'], lengths: {x: 3, y: 2, z: 2}},
    () =>
      fc
        .tuple(fc.constantFrom('add', 'sub', 'mul'), fc.constantFrom('sum', 'mean', 'count', 'abs', 'real'))
        .map(([name, then]) => [[name, 'b'], then === 'abs' || then === 'real' ? [then] : [then, null]] as Step[]),
  ),
  conditions: paired({dtypes: ['float32', 'float64', 'int32', 'int64']}, {dtypes: ['bool']}, () => fc.constant([['where', 'b']] as Step[])),
  'conditions with something else': paired(
    {dtypes: ['float32', 'float64', 'int16', 'int64'], lengths: {x: 3, y: 2, z: 4}},
    {dtypes: ['bool'], lengths: {x: 3, y: 2, z: 4}},
    () => fc.constantFrom(-1, 0, 7).map((other) => [['where', 'b', other]] as Step[]),
  ),
  'running sums': fc.constantFrom(...lines).chain((dims) => alone({dims}, (a) => dimOf(a).map((dim) => [['cumsum', dim]]))),
  differences: fc
    .constantFrom(...lines)
    .chain((dims) => alone({...safe, dims, minLength: 1}, (a) => dimOf(a).map((dim) => [['diff', dim]]))),
  'labels, one or many': withX({minLength: 2, withLabels: true}).chain((wish) =>
    alone(wish, (a) => {
      const labels = (a.coords.x?.data ?? ['0']).map(Number);
      return fc.oneof(fc.constantFrom(...labels), fc.shuffledSubarray(labels)).map((chosen) => [['sel', {x: chosen}]]);
    }),
  ),
  'ranges of labels': withX({minLength: 1, withLabels: true, sorted: true}).chain((wish) =>
    alone(wish, () =>
      fc.tuple(fc.integer({min: -1, max: 9}), fc.integer({min: -1, max: 9})).map(([from, to]) => [['sel', {x: {from, to}}]]),
    ),
  ),
  'nearest labels': withX({minLength: 1, withLabels: true, sorted: true}).chain((wish) =>
    alone(wish, () => fc.integer({min: -8, max: 40}).map((quarters) => [['nearest', {x: quarters / 4}]])),
  ),
  'sorted by labels': withX({minLength: 1, withLabels: true}).chain((wish) => alone(wish, () => fc.constant([['sortBy', 'x']] as Step[]))),
  'sorted by a coordinate': withX({minLength: 1}).chain((wish) => alone(wish, () => fc.constant([['sortBy', 'g']] as Step[]))),
  'groups by a coordinate': withX({minLength: 1, dtypes: ['float32', 'float64', 'int32', 'int64']}).chain((wish) =>
    alone(wish, () =>
      fc.constantFrom('mean', 'sum', 'min', 'max', 'count', 'std', 'median').map((name) => [['groupBy', 'g', name]] as Step[]),
    ),
  ),
  'groups by another array': paired(
    {dims: ['y', 'x'], dtypes: ['float64'], minLength: 1, lengths: {x: 4}},
    {dims: ['x'], dtypes: ['float64'], lengths: {x: 4}},
    () => fc.constantFrom('mean', 'sum', 'count').map((name) => [['groupBy', 'b', name]] as Step[]),
  ),
  'joined along a dimension': fc.constantFrom(...realTypes).chain((dtype) => {
    const wish: Wish = {dims: ['x', 'y'], lengths: {y: 3}};
    return paired({...wish, dtypes: [dtype]}, {...wish, dtypes: [dtype, 'float64', 'int32']}, () =>
      fc.constant([['concat', 'b', 'x']] as Step[]),
    ).map(withEqualLabels('y'));
  }),
  'joined along a new dimension': paired({dims: ['x'], lengths: {x: 3}}, {dims: ['x'], lengths: {x: 3}}, () =>
    fc.constant([['concat', 'b', 'w']] as Step[]),
  ).map(withEqualLabels('x')),
  'other names': withX().chain((wish) => alone(wish, () => fc.constant([['rename', {x: 'q', g: 'h'}]] as Step[]))),
  'without single dimensions': alone({lengths: {x: 1, z: 1}}, () => fc.constant([['squeeze']] as Step[])),
  'NaN replaced': alone({dtypes: floatTypes}, () => fc.constantFrom(0, -2.5).map((value) => [['fillNaN', value]])),
};
