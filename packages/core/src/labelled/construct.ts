import type {Complex, DType, NDArray, TypedArray} from '../array.ts';
import {sizeOf} from '../array.ts';
import type {Coordinate, DataArray} from '../dataarray.ts';
import type {SingleValue} from './combine.ts';
import {scalarView} from './combine.ts';
import {widthOf} from './elements.ts';
import type {Part} from './part.ts';
import {contiguous, viewOf} from './strided.ts';

/** Lists of numbers, booleans or texts, one in another, all of a level equally long. */
export type Nested = readonly (number | bigint | boolean | string | Nested)[];

/** Elements of an array: typed, in lists, with a shape, or a single one. */
export type Values = TypedArray | Nested | NDArray | SingleValue;

/** A coordinate: values along the dimension it is named after, or with the dimensions they run along; a single value runs along none. */
export type CoordinateValues =
  | Values
  | DataArray
  | {
      readonly dims: string | readonly string[];
      readonly values: Values;
      readonly units?: string;
      readonly attrs?: Readonly<Record<string, unknown>>;
    };

const dtypeOf = (values: TypedArray): DType => {
  const name = values.constructor.name.replace('Array', '').toLowerCase();
  return (name.startsWith('big') ? name.slice(3) : name === 'uint8clamped' ? 'uint8' : name) as DType;
};

/** Anything with elements as an array. @throws TypeError for lists that make none. */
export function toArray(values: Values): NDArray {
  if (ArrayBuffer.isView(values)) return {dtype: dtypeOf(values), shape: [values.length], data: values};
  if (Array.isArray(values)) return fromNested(values as Nested);
  if (typeof values === 'object' && 'dtype' in values) return checked(values);
  return contiguous(scalarView(values as Exclude<SingleValue, Complex>));
}

function checked({dtype, shape, data}: NDArray): NDArray {
  const needed = sizeOf(shape) * widthOf(dtype);
  if (data.length === needed) return {dtype, shape, data};
  throw new RangeError(`The array has ${data.length} elements, but its shape (${shape.join(', ')}) needs ${needed}.`);
}

function fromNested(nested: Nested): NDArray {
  const shape: number[] = [];
  for (let level: unknown = nested; Array.isArray(level); level = level[0]) shape.push(level.length);
  const flat: unknown[] = [];
  flatten(nested, shape, flat);
  const [first] = flat;
  if (flat.some((element) => typeof element !== typeof first)) throw new TypeError('A list of different kinds of values makes no array.');
  if (typeof first === 'boolean') return {dtype: 'bool', shape, data: Uint8Array.from(flat as boolean[], Number)};
  if (typeof first === 'bigint') return {dtype: 'int64', shape, data: BigInt64Array.from(flat as bigint[])};
  if (typeof first === 'string') return {dtype: 'string', shape, data: flat as string[]};
  if (typeof first === 'number' || flat.length === 0) return {dtype: 'float64', shape, data: Float64Array.from(flat as number[])};
  throw new TypeError(`A list of ${typeof first}s makes no array.`);
}

function flatten(nested: unknown, [length, ...inner]: readonly number[], into: unknown[]): void {
  if (!Array.isArray(nested) || nested.length !== length || (inner.length === 0 && nested.some(Array.isArray))) {
    throw new RangeError('Lists of different lengths or depths make no array.');
  }
  if (inner.length > 0) for (const part of nested) flatten(part, inner, into);
  else for (const element of nested) into.push(element);
}

const isLabelled = (value: object): value is DataArray => 'kind' in value && value.kind === 'DataArray';

/** What a user gave for a coordinate. @throws RangeError when it has more dimensions than its name can stand for. */
export function toCoordinate(name: string, given: CoordinateValues | Coordinate): Coordinate {
  if (typeof given === 'object' && isLabelled(given)) return {...given.array, dims: given.dims, attrs: given.attrs};
  if (typeof given === 'object' && 'dims' in given) {
    if ('dtype' in given) return given;
    const {dims, values, units, attrs} = given;
    const own = typeof dims === 'string' ? [dims] : dims;
    return {...withDims(toArray(values), own, name), attrs: {...attrs, ...(units === undefined ? {} : {units})}};
  }
  const array = toArray(given);
  return withDims(array, array.shape.length === 1 ? [name] : [], name);
}

function withDims(array: NDArray, dims: readonly string[], name: string): Coordinate {
  if (array.shape.length === dims.length) return {...array, dims};
  throw new RangeError(`Coordinate "${name}" has ${array.shape.length} axes for ${dims.length} dimensions; write {dims: […], values: …}.`);
}

/** Checks that names and lengths fit. */
export function checkedPart(part: Part): Part {
  const {dims, view, coords, name} = part;
  const what = name === undefined ? 'The array' : `"${name}"`;
  if (dims.length !== view.shape.length) {
    throw new RangeError(`${what} has ${view.shape.length} axes, but ${dims.length} dimensions are named: ${dims.join(', ') || 'none'}.`);
  }
  if (new Set(dims).size < dims.length) throw new RangeError(`${what} names a dimension twice: ${dims.join(', ')}.`);
  for (const [key, coordinate] of Object.entries(coords)) checkCoordinate(part, key, coordinate, what);
  return part;
}

function checkCoordinate({dims, view}: Part, key: string, coordinate: Coordinate, what: string): void {
  for (const [axis, dim] of coordinate.dims.entries()) {
    const at = dims.indexOf(dim);
    if (at < 0) throw new RangeError(`Coordinate "${key}" runs along "${dim}", which is no dimension of ${what.toLowerCase()}.`);
    if (coordinate.shape[axis] !== view.shape[at]) {
      throw new RangeError(
        `Coordinate "${key}" has ${coordinate.shape[axis]} labels for the ${view.shape[at]} places of dimension "${dim}".`,
      );
    }
  }
}

/** A stored or plain labelled array as the functions of this folder want it. */
export const partOf = ({name, dims, coords, attrs, array}: DataArray): Part => ({name, dims, coords, attrs, view: viewOf(array)});
