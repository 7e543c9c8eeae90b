import {sizeOf} from '../array.ts';
import {combine} from './combine.ts';
import type {Cut} from './cut.ts';
import {allocate, floatTypeOf, fromFloat64, isFloat, requireReal} from './elements.ts';
import type {Part} from './part.ts';
import {axisOf, cutPart, indexOf, listed, mapCoords} from './part.ts';
import type {Label} from './select.ts';
import type {Strided} from './strided.ts';
import {forEachRow, gather, permute, viewOf} from './strided.ts';

/** Adds up along a dimension; NaN counts as 0. Integers give 64-bit integers. */
export function accumulate(part: Part, dim: string): Part {
  const axis = axisOf(part, dim);
  requireReal(part.view.dtype, '"cumsum"');
  const last = [...part.view.shape.keys()].filter((other) => other !== axis).concat(axis);
  const view = cumulative(permute(part.view, last));
  const back = part.view.shape.map((_, target) => last.indexOf(target));
  return {...part, view: permute(view, back)};
}

function cumulative(view: Strided): Strided {
  const {shape, dtype} = view;
  const length = shape.at(-1) as number;
  if (!isFloat(dtype)) return cumulativeExact(view, length);
  const sums = new Float64Array(sizeOf(shape));
  let at = 0;
  forEachRow(shape, [view], ([start = 0], [step = 0], count) => {
    gather(view.data, start, step, count, sums, at);
    at += count;
  });
  for (let row = 0; row < sums.length; row += length) {
    let sum = 0;
    for (let i = row; i < row + length; i++) {
      const value = sums[i] as number;
      if (!Number.isNaN(value)) sum += value;
      sums[i] = sum;
    }
  }
  return viewOf(fromFloat64(sums, shape, floatTypeOf(dtype)));
}

function cumulativeExact(view: Strided, length: number): Strided {
  const dtype = view.dtype.startsWith('uint') ? 'uint64' : 'int64';
  const sums = allocate(dtype, sizeOf(view.shape)) as BigInt64Array;
  let at = 0;
  forEachRow(view.shape, [view], ([start = 0], [step = 0], count) => {
    for (let i = 0; i < count; i++, at++) {
      const before = at % length === 0 ? 0n : (sums[at - 1] as bigint);
      sums[at] = before + BigInt(view.data[start + i * step] as number);
    }
  });
  return viewOf({dtype, shape: view.shape, data: sums});
}

/** Each element minus the one before it; labels are those of the later ones. */
export function differences(part: Part, dim: string): Part {
  const length = part.view.shape[axisOf(part, dim)] as number;
  const count = Math.max(0, length - 1);
  const range = (start: number): ReadonlyMap<string, Cut> => new Map([[dim, {kind: 'range', start, count, step: 1}]]);
  const later = cutPart(part, range(Math.min(1, length)));
  // Without labels the two are matched by place.
  const earlier = {...cutPart(part, range(0)), coords: {}};
  return {...combine('sub', later, earlier), attrs: part.attrs, name: part.name};
}

/** The dimensions in another order, by default reversed. No element moves. */
export function transposed(part: Part, dims: readonly string[]): Part {
  const order = dims.length === 0 ? part.dims.toReversed() : dims;
  if (order.length !== part.dims.length || part.dims.some((dim) => !order.includes(dim))) {
    throw new RangeError(`To transpose, name each dimension once: ${listed(part.dims)} (given: ${listed(dims)}).`);
  }
  return {
    ...part,
    dims: [...order],
    view: permute(
      part.view,
      order.map((dim) => part.dims.indexOf(dim)),
    ),
  };
}

/** Other names for dimensions and coordinates. */
export function renamed(part: Part, names: Readonly<Record<string, string>>): Part {
  const known = new Set([...part.dims, ...Object.keys(part.coords)]);
  const wrong = Object.keys(names).find((name) => !known.has(name));
  if (wrong !== undefined) throw new RangeError(`There is no dimension or coordinate "${wrong}" to rename; there are: ${listed(known)}.`);
  const nameOf = (name: string) => names[name] ?? name;
  const kept = mapCoords(part.coords, (coordinate) => ({...coordinate, dims: coordinate.dims.map(nameOf)}));
  const coords = Object.fromEntries(Object.entries(kept).map(([name, coordinate]) => [nameOf(name), coordinate]));
  const dims = part.dims.map(nameOf);
  if (new Set(dims).size < dims.length || Object.keys(coords).length < Object.keys(kept).length) {
    throw new RangeError(`The new names ${listed(Object.values(names))} are taken already, or given twice.`);
  }
  return {...part, dims, coords};
}

/** The order of labels; those that are not a number come last. Equal ones keep their order. */
export function sortedPlaces(labels: ArrayLike<Label>, descending: boolean): number[] {
  const places = Array.from({length: labels.length}, (_, i) => i);
  const isNumber = (i: number) => !Number.isNaN(labels[i]);
  const direction = descending ? -1 : 1;
  const ascending = (i: number, k: number): number => {
    const [a, b] = [labels[i] as Label, labels[k] as Label];
    return a < b ? -1 : Number(a > b);
  };
  return [...places.filter(isNumber).sort((i, k) => direction * ascending(i, k)), ...places.filter((i) => !isNumber(i))];
}

/** An array in the order of a coordinate or of another array with one dimension. */
export function sorted(part: Part, by: string | Part, descending: boolean): Part {
  const {dim, labels} = keysOf(part, by);
  return cutPart(part, new Map([[dim, {kind: 'places', indices: sortedPlaces(labels, descending)}]]));
}

/** One label for each place of a dimension: of a coordinate by name, or of another array. */
export function keysOf(part: Part, by: string | Part): {dim: string; name: string; labels: ArrayLike<Label>; dtype: Strided['dtype']} {
  const keys = typeof by === 'string' ? coordinateOf(part, by) : {dims: by.dims, view: by.view, name: by.name ?? 'group'};
  const [dim] = keys.dims;
  if (dim === undefined || keys.dims.length > 1) {
    throw new TypeError(`"${keys.name}" needs exactly one dimension; it has: ${listed(keys.dims)}.`);
  }
  const length = part.view.shape[axisOf(part, dim)];
  if (length !== keys.view.shape[0]) {
    throw new RangeError(`"${keys.name}" has ${keys.view.shape[0]} labels for the ${length} places of dimension "${dim}".`);
  }
  const {view} = keys;
  const [stride = 1] = view.strides;
  const labels = Array.from({length: length as number}, (_, i) => view.data[view.offset + i * stride] as Label);
  return {dim, name: keys.name, labels, dtype: view.dtype};
}

function coordinateOf(part: Part, name: string): {dims: readonly string[]; view: Strided; name: string} {
  const coordinate = part.coords[name];
  if (coordinate) return {dims: coordinate.dims, view: viewOf(coordinate), name};
  throw new RangeError(`There is no coordinate "${name}"; there are: ${listed(Object.keys(part.coords))}.`);
}

/** The labels of a dimension, or its places when it has none. */
export function labelsOf(part: Part, dim: string): ArrayLike<Label> {
  const length = part.view.shape[axisOf(part, dim)] as number;
  return (indexOf(part, dim)?.data as ArrayLike<Label> | undefined) ?? Array.from({length}, (_, i) => i);
}
