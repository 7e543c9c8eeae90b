import type {Complex} from '../array.ts';
import {align, mergeAttributes, mergeCoords} from './align.ts';
import type {Operand} from './arithmetic.ts';
import {binary, choose} from './arithmetic.ts';
import {commonType, isBig, isComplex} from './elements.ts';
import type {BinaryName} from './kernels.ts';
import {isArithmetic} from './kernels.ts';
import type {Part} from './part.ts';
import type {Strided} from './strided.ts';
import {viewOf} from './strided.ts';

export type SingleValue = number | bigint | boolean | string | Complex;

/** A single value as an array without dimensions. */
export function scalarView(value: SingleValue): Strided {
  switch (typeof value) {
    case 'number':
      return viewOf({dtype: 'float64', shape: [], data: Float64Array.of(value)});
    case 'bigint':
      return viewOf(
        value > 2n ** 63n - 1n
          ? {dtype: 'uint64', shape: [], data: BigUint64Array.of(value)}
          : {dtype: 'int64', shape: [], data: BigInt64Array.of(value)},
      );
    case 'boolean':
      return viewOf({dtype: 'bool', shape: [], data: Uint8Array.of(Number(value))});
    case 'string':
      return viewOf({dtype: 'string', shape: [], data: [value]});
    default:
      return viewOf({dtype: 'complex128', shape: [], data: Float64Array.of(value.re, value.im)});
  }
}

/** Repeats an array along the dimensions it lacks, without a copy. */
function broadcast({dims, view}: Pick<Part, 'dims' | 'view'>, to: readonly string[], shape: readonly number[]): Strided {
  const strides = to.map((dim) => (dims.includes(dim) ? (view.strides[dims.indexOf(dim)] as number) : 0));
  return {...view, shape, strides};
}

interface Broadcast {
  readonly dims: readonly string[];
  readonly shape: readonly number[];
  readonly views: readonly Strided[];
  readonly coords: Part['coords'];
}

/** Aligns arrays by their labels and gives all of them all dimensions: those of the first, then those the next ones add. */
function broadcastAll(parts: readonly Part[]): Broadcast {
  const aligned = align(parts);
  const dims = [...new Set(aligned.flatMap((part) => part.dims))];
  const shape = dims.map((dim) => {
    const owner = aligned.find((part) => part.dims.includes(dim)) as Part;
    return owner.view.shape[owner.dims.indexOf(dim)] as number;
  });
  return {dims, shape, views: aligned.map((part) => broadcast(part, dims, shape)), coords: mergeCoords(aligned.map(({coords}) => coords))};
}

/** An operation on two arrays, matched by dimension names and labels; a single value counts for every element. */
export function combine(name: BinaryName, left: Part | SingleValue, right: Part | SingleValue): Part {
  const [a, b] = [asPart(left), asPart(right)];
  const {dims, shape, views, coords} = broadcastAll([a, b]);
  const operand = (i: 0 | 1, given: Part | SingleValue): Operand => ({view: views[i] as Strided, isWeak: !isPart(given)});
  const view = binary(name, operand(0, left), operand(1, right), shape);
  const named = [left, right].filter(isPart);
  return {
    name: named.every((part) => part.name === named[0]?.name) ? named[0]?.name : undefined,
    dims,
    view,
    coords,
    attrs: attributesOf(name, a.attrs, b.attrs),
  };
}

const isPart = (value: Part | SingleValue): value is Part => typeof value === 'object' && 'view' in value;
export const asPart = (value: Part | SingleValue): Part =>
  isPart(value) ? value : {name: undefined, dims: [], view: scalarView(value), coords: {}, attrs: {}};

/** Units remain where they still hold: sums of equal units, products with what has none. */
function attributesOf(name: BinaryName, a: Part['attrs'], b: Part['attrs']): Part['attrs'] {
  const merged = mergeAttributes([a, b]);
  if (!isArithmetic(name)) return withoutUnits(merged);
  const isLost = name === 'pow' || (name === 'mul' && 'units' in a && 'units' in b) || (name === 'div' && 'units' in b);
  return isLost ? withoutUnits(merged) : merged;
}

export function withoutUnits(attrs: Part['attrs']): Part['attrs'] {
  const {units: _, ...others} = attrs;
  return others;
}

/**
 * Keeps elements where a condition holds; elsewhere takes those of `other`, NaN by default (integers then become float64).
 *
 * @throws RangeError if `other` has not all the labels.
 */
export function keepWhere(part: Part, condition: Part, other: Part | SingleValue | undefined): Part {
  if (condition.view.dtype !== 'bool') {
    throw new TypeError(`A condition is an array of booleans, as comparisons give, not of ${condition.view.dtype}.`);
  }
  const replacement = asPart(other ?? Number.NaN);
  const dtype = chosenType(part.view, other, replacement.view);
  const {dims, shape, views, coords} = broadcastAll([part, condition, replacement]);
  const lost = part.dims.find((dim, axis) => shape[dims.indexOf(dim)] !== part.view.shape[axis]);
  if (other !== undefined && lost !== undefined) {
    throw new RangeError(`Not every label of dimension "${lost}" has a condition and another value; select the common ones first.`);
  }
  const [values, holds, others] = views as [Strided, Strided, Strided];
  const view = choose(holds, values, others, shape, dtype);
  return {...part, dims, view, coords};
}

function chosenType({dtype}: Strided, other: Part | SingleValue | undefined, replacement: Strided): Strided['dtype'] {
  if (other !== undefined && isPart(other)) return commonType(dtype, replacement.dtype);
  if (dtype === 'string' || replacement.dtype === 'string') {
    if (dtype === replacement.dtype) return dtype;
    throw new TypeError('Texts have no NaN and no numbers beside them: .where(condition, text) says what stands in their place.');
  }
  if (dtype.startsWith('float') || isComplex(dtype)) return isComplex(replacement.dtype) && !isComplex(dtype) ? 'complex128' : dtype;
  if (replacement.dtype === 'float64' && !isSafeInteger(dtype, replacement)) return 'float64';
  if (replacement.dtype === 'float64') return dtype;
  return isBig(replacement.dtype) && !isBig(dtype) ? dtype : commonType(dtype, replacement.dtype);
}

/** A whole number does not change the type of integers, if it fits. */
function isSafeInteger(dtype: Strided['dtype'], {data}: Strided): boolean {
  const value = Number(data[0]);
  if (dtype === 'bool' || !Number.isSafeInteger(value)) return false;
  const bits = Math.min(Number(/\d+$/.exec(dtype)?.[0]), 53);
  return dtype.startsWith('u') ? value >= 0 && value < 2 ** bits : value >= -(2 ** (bits - 1)) && value < 2 ** (bits - 1);
}
