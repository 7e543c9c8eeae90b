import type {DType, NDArray} from '../array.ts';
import {sizeOf} from '../array.ts';
import type {Coordinate, DataArray as PlainDataArray} from '../dataarray.ts';
import {accumulate, differences, labelsOf, renamed, sorted, transposed} from './along.ts';
import {unary} from './arithmetic.ts';
import type {SingleValue} from './combine.ts';
import {combine, keepWhere, withoutUnits} from './combine.ts';
import {complexPart} from './complex.ts';
import type {CoordinateValues, Values} from './construct.ts';
import {checkedPart, partOf, toArray, toCoordinate} from './construct.ts';
import type {Cut} from './cut.ts';
import {describe, recordsOf} from './describe.ts';
import type {Row} from './describe.ts';
import {isComplex, isFloat} from './elements.ts';
import {GroupBy} from './group-by.ts';
import type {BinaryName, UnaryName} from './kernels.ts';
import type {Part} from './part.ts';
import {axisOf, coordsWithout, cutPart, indexOf, lengthOf, listed, mapCoords} from './part.ts';
import type {ReductionName, ReductionOptions} from './reduce.ts';
import {reduce} from './reduce.ts';
import {Reductions} from './reductions.ts';
import type {Dims} from './reductions.ts';
import type {Indexer, Label, LabelIndexer, Slice} from './select.ts';
import {cutAt, cutByLabel} from './select.ts';
import {contiguous, convert, toFloat64, viewOf} from './strided.ts';

/** The other side of an operation: a labelled array, or one value for every element. */
export type Other = PlainDataArray | SingleValue;

/** The reductions that keep what the units say. */
const keepsUnits: ReadonlySet<ReductionName> = new Set(['mean', 'sum', 'std', 'min', 'max', 'median']);

/**
 * Numbers (or texts) with named dimensions and labels along them, like xarray's DataArray, whose names, alignment and treatment of NaN it follows.
 *
 * It is made by `dataArray(…)` or by `run.get(…).xarray()`, never changes, and can be returned from a variable as it is. Selecting, slicing and transposing
 * share the memory of the original. Where it differs from xarray: integers of up to 32 bits give float64 in arithmetic instead of wrapping around.
 * Units (`attrs.units`) stay in selections, `mean`, `sum`, `std`, `min`, `max`, `median`, in sums and differences of equal units, and in products with what
 * has none; everywhere else they are dropped. 64-bit integers are bigints in `values`.
 *
 * @example
 * const frames = run.get('DET:daqOutput', 'data.adc').xarray();
 * const signal = frames.mean(['dim_0', 'dim_1']).sub(500); // one number per train
 * return signal.groupBy(position).mean();
 */
export class DataArray extends Reductions<DataArray> implements PlainDataArray {
  readonly kind = 'DataArray';
  readonly name: string | undefined;
  readonly dims: readonly string[];
  readonly coords: Readonly<Record<string, Coordinate>>;
  readonly attrs: Readonly<Record<string, unknown>>;
  /** The elements in row-major order: the memory itself, or a copy made when first asked for. */
  declare readonly array: NDArray;
  readonly #part: Part;

  /** Users call `dataArray(…)`. */
  constructor(part: Part) {
    super();
    this.name = part.name;
    this.dims = part.dims;
    this.coords = part.coords;
    this.attrs = part.attrs;
    this.#part = part;
    // A property of its own (not of the class), so that what copies or clones objects, as storing does, finds it.
    let array: NDArray | undefined;
    Object.defineProperty(this, 'array', {enumerable: true, get: () => (array ??= contiguous(part.view))});
  }

  static readonly #partOf = (array: PlainDataArray): Part => (array instanceof DataArray ? array.#part : partOf(array));

  static readonly #operandOf = (other: Other): Part | SingleValue =>
    typeof other === 'object' && 'kind' in other ? DataArray.#partOf(other) : other;

  static readonly #keyOf = (by: string | PlainDataArray): string | Part => (typeof by === 'string' ? by : DataArray.#partOf(by));

  // --- What it is

  /** The length of each dimension. */
  get shape(): readonly number[] {
    return this.#part.view.shape;
  }

  /** The length of each dimension by name. */
  get sizes(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.dims.map((dim, axis) => [dim, this.shape[axis] as number]));
  }

  /** How many elements there are. */
  get size(): number {
    return sizeOf(this.shape);
  }

  get dtype(): DType {
    return this.#part.view.dtype;
  }

  /** The elements in row-major order, as the typed array of `dtype` (see `NDArray` for booleans and complex numbers) or a list of strings. */
  get values(): NDArray['data'] {
    return this.array.data;
  }

  /** The elements as float64 in row-major order, for loops of your own. @throws TypeError for texts and complex numbers. */
  get numbers(): Float64Array {
    if (this.dtype === 'string' || isComplex(this.dtype)) throw new TypeError(`Elements of ${this.dtype} are no real numbers.`);
    return this.array.dtype === 'float64' ? (this.array.data as Float64Array) : toFloat64(viewOf(this.array));
  }

  get units(): string | undefined {
    return typeof this.attrs.units === 'string' ? this.attrs.units : undefined;
  }

  /** The only element as a number. @throws RangeError when there are more; TypeError when it is none. */
  item(): number {
    if (this.size !== 1) throw new RangeError(`The array has ${this.size} elements, not one; reduce it or select one first.`);
    return this.numbers[0] as number;
  }

  /** A coordinate as an array of its own. @throws RangeError when there is none of that name. */
  coord(name: string): DataArray {
    const coordinate = this.coords[name];
    if (!coordinate) throw new RangeError(`There is no coordinate "${name}"; there are: ${listed(Object.keys(this.coords))}.`);
    const coords = mapCoords(this.coords, (other) => (other.dims.every((dim) => coordinate.dims.includes(dim)) ? other : undefined));
    return new DataArray({name, dims: coordinate.dims, view: viewOf(coordinate), coords, attrs: coordinate.attrs ?? {}});
  }

  // --- Parts of it

  /** Selects by place: `isel({trainId: 0})`, `isel({x: {start: 2, stop: -2}})`, `isel({x: [0, 5]})`. A single place removes the dimension. */
  isel(indexers: Readonly<Record<string, Indexer>>): DataArray {
    return this.#cut(indexers, (indexer, dim) => cutAt(indexer, lengthOf(this.#part, dim), dim));
  }

  /**
   * Selects by label: `sel({trainId: 10000})`, `sel({x: {from: 1, to: 2}})` (both included), `sel({x: {nearest: 1.3}})`, `sel({x: [1, 2]})`.
   * A single label removes the dimension; a dimension without labels has its places as labels.
   */
  sel(indexers: Readonly<Record<string, LabelIndexer>>): DataArray {
    return this.#cut(indexers, (indexer, dim) => {
      axisOf(this.#part, dim);
      const labels = Float64Array.from(labelsOf(this.#part, dim) as ArrayLike<number>, (label) => (typeof label === 'number' ? label : 0));
      const index = indexOf(this.#part, dim) ?? {dtype: 'float64', shape: [labels.length], data: labels, dims: [dim]};
      return cutByLabel(indexer, index, dim);
    });
  }

  #cut<I>(indexers: Readonly<Record<string, I>>, cutOf: (indexer: I, dim: string) => Cut): DataArray {
    return new DataArray(cutPart(this.#part, new Map(Object.entries(indexers).map(([dim, indexer]) => [dim, cutOf(indexer, dim)]))));
  }

  /** Places of one dimension from `start` up to, without, `stop`: `slice('trainId', 0, 100)`. */
  slice(dim: string, start?: number, stop?: number, step?: number): DataArray {
    const part: Slice = {
      ...(start === undefined ? {} : {start}),
      ...(stop === undefined ? {} : {stop}),
      ...(step === undefined ? {} : {step}),
    };
    return this.isel({[dim]: part});
  }

  /** The same without dimensions of length 1. */
  squeeze(): DataArray {
    return this.isel(Object.fromEntries(this.dims.filter((_, axis) => this.shape[axis] === 1).map((dim) => [dim, 0])));
  }

  /** The dimensions in another order, by default reversed. */
  transpose(...dims: string[]): DataArray {
    return new DataArray(transposed(this.#part, dims));
  }

  /** In the order of a coordinate, or of another array with one dimension; NaN comes last. */
  sortBy(by: string | PlainDataArray, {descending = false}: {descending?: boolean} = {}): DataArray {
    return new DataArray(sorted(this.#part, DataArray.#keyOf(by), descending));
  }

  // --- Reductions

  override reduce(name: ReductionName, dims: Dims = this.dims, options: ReductionOptions = {}): DataArray {
    const reduced = typeof dims === 'string' ? [dims] : dims;
    const {view} = this.#part;
    const axes = [...new Set(reduced.map((dim) => axisOf(this.#part, dim)))].sort((a, b) => a - b);
    const kept = this.dims.filter((dim) => !reduced.includes(dim));
    const attrs = keepsUnits.has(name) ? this.attrs : withoutUnits(this.attrs);
    return new DataArray({
      name: this.name,
      dims: kept,
      view: reduce(name, view, axes, options),
      coords: coordsWithout(this.coords, reduced),
      attrs,
    });
  }

  /** How many elements are not NaN. */
  count(dims?: Dims): DataArray {
    return this.reduce('count', dims);
  }

  /** Whether any element is true or not zero. */
  any(dims?: Dims): DataArray {
    return this.reduce('any', dims);
  }

  /** Whether every element is true or not zero. */
  all(dims?: Dims): DataArray {
    return this.reduce('all', dims);
  }

  /** The place of the largest element along a dimension, or in the whole array in row-major order. @throws RangeError where all are NaN. */
  argmax(dim?: string): DataArray {
    return this.reduce('argmax', dim);
  }

  /** The place of the smallest element. @throws RangeError where all are NaN. */
  argmin(dim?: string): DataArray {
    return this.reduce('argmin', dim);
  }

  /** The label of the largest element of an array with one dimension: where a scan is best. */
  idxmax(): Label {
    return this.#labelAt('argmax');
  }

  /** The label of the smallest element of an array with one dimension. */
  idxmin(): Label {
    return this.#labelAt('argmin');
  }

  #labelAt(name: 'argmax' | 'argmin'): Label {
    const [dim] = this.dims;
    if (dim === undefined || this.dims.length > 1)
      throw new RangeError(`Only of an array with one dimension; this one has: ${listed(this.dims)}.`);
    return labelsOf(this.#part, dim)[this.reduce(name).item()] as Label;
  }

  // --- Arithmetic; arrays are matched by the names of their dimensions and by their labels: what only one of them has is left out

  add(other: Other): DataArray {
    return this.#with('add', other);
  }

  sub(other: Other): DataArray {
    return this.#with('sub', other);
  }

  mul(other: Other): DataArray {
    return this.#with('mul', other);
  }

  div(other: Other): DataArray {
    return this.#with('div', other);
  }

  pow(other: Other): DataArray {
    return this.#with('pow', other);
  }

  /** Where it is greater; gives booleans, for `where`. */
  gt(other: Other): DataArray {
    return this.#with('gt', other);
  }

  ge(other: Other): DataArray {
    return this.#with('ge', other);
  }

  lt(other: Other): DataArray {
    return this.#with('lt', other);
  }

  le(other: Other): DataArray {
    return this.#with('le', other);
  }

  eq(other: Other): DataArray {
    return this.#with('eq', other);
  }

  ne(other: Other): DataArray {
    return this.#with('ne', other);
  }

  /** Where both are true. */
  and(other: Other): DataArray {
    return this.#with('and', other);
  }

  /** Where one of the two is true. */
  or(other: Other): DataArray {
    return this.#with('or', other);
  }

  /** Where it is false. */
  not(): DataArray {
    return this.eq(this.dtype === 'bool' ? false : 0);
  }

  #with(name: BinaryName, other: Other): DataArray {
    return new DataArray(combine(name, this.#part, DataArray.#operandOf(other)));
  }

  neg(): DataArray {
    return isComplex(this.dtype) ? this.mul(-1) : this.#each('neg', this.attrs);
  }

  /** The absolute value; of complex numbers their length. */
  abs(): DataArray {
    return isComplex(this.dtype)
      ? new DataArray({...this.#part, view: complexPart('abs', this.#part.view)})
      : this.#each('abs', this.attrs);
  }

  sqrt(): DataArray {
    return this.#each('sqrt');
  }

  exp(): DataArray {
    return this.#each('exp');
  }

  /** The natural logarithm. */
  log(): DataArray {
    return this.#each('log');
  }

  log10(): DataArray {
    return this.#each('log10');
  }

  #each(name: UnaryName, attrs = withoutUnits(this.attrs)): DataArray {
    return new DataArray({...this.#part, attrs, view: unary(name, this.#part.view)});
  }

  /** The real parts of complex numbers. */
  real(): DataArray {
    return isComplex(this.dtype) ? new DataArray({...this.#part, view: complexPart('real', this.#part.view)}) : this;
  }

  /** The imaginary parts of complex numbers. */
  imag(): DataArray {
    return isComplex(this.dtype) ? new DataArray({...this.#part, view: complexPart('imag', this.#part.view)}) : this.mul(0);
  }

  /** A function of each element, as float64; units are dropped. */
  map(change: (value: number) => number): DataArray {
    const view = viewOf({dtype: 'float64', shape: this.shape, data: this.numbers.map((value) => change(value))});
    return new DataArray({...this.#part, attrs: withoutUnits(this.attrs), view});
  }

  /** The elements in another type, as a typed array would hold them. */
  astype(dtype: DType): DataArray {
    return new DataArray({...this.#part, view: convert(this.#part.view, dtype)});
  }

  // --- Choosing elements

  /** Keeps elements where the condition holds; elsewhere takes `other`, NaN by default (integers then become float64). */
  where(condition: PlainDataArray, other?: Other): DataArray {
    return new DataArray(
      keepWhere(this.#part, DataArray.#partOf(condition), other === undefined ? undefined : DataArray.#operandOf(other)),
    );
  }

  /** Where there is a value, not NaN. */
  notNaN(): DataArray {
    return isFloat(this.dtype) ? this.eq(this) : this.#each('abs', {}).ge(0);
  }

  /** Another value in place of NaN. */
  fillNaN(value: Other): DataArray {
    return isFloat(this.dtype) ? this.where(this.notNaN(), value) : this;
  }

  /** Adds up along a dimension; NaN counts as 0. */
  cumsum(dim: string): DataArray {
    return new DataArray(accumulate(this.#part, dim));
  }

  /** Each element minus the one before it. */
  diff(dim: string): DataArray {
    return new DataArray(differences(this.#part, dim));
  }

  /**
   * Sorts the places of a dimension into groups, by a coordinate or by another array with that dimension (matched by label), to reduce each.
   *
   * @example
   * signal.groupBy(position).mean(); // dimension "trainId" becomes "position"
   */
  groupBy(by: string | PlainDataArray): GroupBy<DataArray> {
    return new GroupBy<DataArray>(this.#part, DataArray.#keyOf(by), {
      wrap: (part) => new DataArray(part),
      partOf: DataArray.#partOf,
      reduce: (array, name, dim, options) => array.reduce(name, dim, options),
    });
  }

  // --- Names and labels

  /** Another name for the array, or other names for dimensions and coordinates. */
  rename(names: string | Readonly<Record<string, string>>): DataArray {
    return new DataArray(typeof names === 'string' ? {...this.#part, name: names} : renamed(this.#part, names));
  }

  /** Adds or replaces coordinates: `assignCoords({x: [0.1, 0.2]})`, `assignCoords({time: {dims: 'trainId', values: seconds, units: 's'}})`. */
  assignCoords(coords: Readonly<Record<string, CoordinateValues>>): DataArray {
    const added = Object.fromEntries(Object.entries(coords).map(([name, values]) => [name, toCoordinate(name, values)]));
    return new DataArray(checkedPart({...this.#part, coords: {...this.coords, ...added}}));
  }

  /** The same without some coordinates, or without any. */
  dropCoords(...names: string[]): DataArray {
    const drop = names.length === 0 ? Object.keys(this.coords) : names;
    return new DataArray({
      ...this.#part,
      coords: mapCoords(this.coords, (coordinate, name) => (drop.includes(name) ? undefined : coordinate)),
    });
  }

  /** Adds or replaces attributes; undefined removes one. */
  assignAttrs(attrs: Readonly<Record<string, unknown>>): DataArray {
    const all = Object.entries({...this.attrs, ...attrs}).filter(([, value]) => value !== undefined);
    return new DataArray({...this.#part, attrs: Object.fromEntries(all)});
  }

  /** The same elements in other units: only the word changes. */
  withUnits(units: string | undefined): DataArray {
    return this.assignAttrs({units});
  }

  // --- Out of it

  /** One object per element: its labels (places where there are none), its other coordinates, and its value, under the array's name or `value`. */
  toRecords(): Row[] {
    return recordsOf(this.#part);
  }

  override toString(): string {
    return describe(this.#part);
  }

  /** For `console.log`. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

export interface DataArrayOptions {
  /** A name for each axis. Default: `dim_0`, `dim_1`, … */
  readonly dims?: string | readonly string[];
  /** Labels along the dimensions, and other facts. */
  readonly coords?: Readonly<Record<string, CoordinateValues>>;
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly name?: string;
  /** Short for `attrs: {units}`. */
  readonly units?: string;
}

/**
 * Makes a labelled array of typed arrays, nested lists, arrays with a shape, or a single value. The memory is not copied.
 *
 * @example
 * dataArray([[1, 2], [3, 4]], {dims: ['x', 'y'], coords: {x: [0.5, 1.5]}, units: 'mJ'});
 * @throws RangeError when names and lengths do not fit together.
 */
export function dataArray(values: Values, {dims, coords = {}, attrs = {}, name, units}: DataArrayOptions = {}): DataArray {
  const array = toArray(values);
  const named = dims === undefined ? array.shape.map((_, axis) => `dim_${axis}`) : typeof dims === 'string' ? [dims] : [...dims];
  const labels = Object.entries(coords).map(([key, given]) => [key, toCoordinate(key, given)] as const);
  const own = units === undefined ? attrs : {...attrs, units};
  return new DataArray(checkedPart({name, dims: named, view: viewOf(array), coords: Object.fromEntries(labels), attrs: own}));
}
