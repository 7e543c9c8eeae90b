import {sizeOf} from '../array.ts';
import {mergeAttributes, sameCoordinate} from './align.ts';
import {allocate, commonType, widthOf} from './elements.ts';
import type {Coordinate} from '../dataarray.ts';
import type {Labels} from './cut.ts';
import type {Part} from './part.ts';
import {axisOf, indexOf, listed} from './part.ts';
import type {Strided} from './strided.ts';
import {contiguous, convert, permute, viewOf} from './strided.ts';

/** Joins arrays behind each other along an axis. */
export function concatViews(views: readonly Strided[], axis: number): Strided {
  const dtype = views.map((view) => view.dtype).reduce(commonType);
  const order = (view: Strided) => [axis, ...[...view.shape.keys()].filter((other) => other !== axis)];
  const arrays = views.map((view) => contiguous(convert(permute(view, order(view)), dtype)));
  const length = arrays.reduce((sum, {shape}) => sum + (shape[0] as number), 0);
  const shape = [length, ...(arrays[0]?.shape.slice(1) ?? [])];
  const data = allocate(dtype, sizeOf(shape));
  let at = 0;
  for (const array of arrays) {
    if (Array.isArray(data)) for (let i = 0; i < array.data.length; i++) data[at + i] = array.data[i] as string;
    else (data as Float64Array).set(array.data as Float64Array, at);
    at += sizeOf(array.shape) * widthOf(dtype);
  }
  const [first] = views as [Strided];
  const back = first.shape.map((_, target) => order(first).indexOf(target));
  return permute(viewOf({dtype, shape, data}), back);
}

/** Gives an array a new first dimension of length 1. */
const expanded = (part: Part, dim: string): Part =>
  part.dims.includes(dim)
    ? part
    : {...part, dims: [dim, ...part.dims], view: {...part.view, shape: [1, ...part.view.shape], strides: [0, ...part.view.strides]}};

/**
 * Joins arrays along a dimension, which may be a new one. Their other dimensions must have equal lengths and labels.
 *
 * Coordinates along the dimension are joined too; others stay as they are where all arrays agree, and get the dimension where they differ.
 *
 * @throws RangeError when the arrays do not fit together.
 */
export function concatParts(given: readonly Part[], dim: string): Part {
  const [model] = given;
  if (!model) throw new RangeError('There is nothing to concatenate: the list of arrays is empty.');
  const parts = given.map((part) => ordered(expanded(part, dim), expanded(model, dim).dims));
  const [first] = parts as [Part, ...Part[]];
  const axis = axisOf(first, dim);
  for (const part of parts) checkFit(first, part, dim);
  const coords = joinCoords(given, parts, dim);
  const name = given.every((part) => part.name === model.name) ? model.name : undefined;
  const view = concatViews(
    parts.map((part) => part.view),
    axis,
  );
  return {name, dims: first.dims, view, coords, attrs: mergeAttributes(given.map(({attrs}) => attrs))};
}

function ordered(part: Part, dims: readonly string[]): Part {
  if (part.dims.length !== dims.length || dims.some((dim) => !part.dims.includes(dim))) {
    throw new RangeError(`Arrays with dimensions ${listed(dims)} and ${listed(part.dims)} cannot be concatenated.`);
  }
  return {
    ...part,
    dims,
    view: permute(
      part.view,
      dims.map((dim) => part.dims.indexOf(dim)),
    ),
  };
}

function checkFit(first: Part, part: Part, dim: string): void {
  for (const [axis, other] of first.dims.entries()) {
    if (other === dim) continue;
    const [a, b] = [indexOf(first, other), indexOf(part, other)];
    if (first.view.shape[axis] === part.view.shape[axis] && (!a || !b || sameCoordinate(a, b))) continue;
    throw new RangeError(`The arrays to concatenate differ along dimension "${other}"; select the common labels first.`);
  }
}

function joinCoords(given: readonly Part[], parts: readonly Part[], dim: string): Record<string, Coordinate> {
  const names = new Set(given.flatMap(({coords}) => Object.keys(coords)));
  const joined = [...names].flatMap((name) => {
    const coordinate = joinCoordinate(
      given.map(({coords}) => coords[name]),
      parts,
      dim,
      name,
    );
    return coordinate ? [[name, coordinate] as const] : [];
  });
  return Object.fromEntries(joined);
}

function joinCoordinate(
  all: readonly (Coordinate | undefined)[],
  parts: readonly Part[],
  dim: string,
  name: string,
): Coordinate | undefined {
  const known = all.filter((coordinate) => coordinate !== undefined);
  const [first] = known as [Coordinate];
  const isAlong = name === dim || known.some((coordinate) => coordinate.dims.includes(dim));
  if (!isAlong && known.every((coordinate) => sameCoordinate(first, coordinate))) return first;
  if (known.length < all.length) {
    if (!isAlong) return undefined;
    throw new RangeError(
      `Only some of the arrays to concatenate have the coordinate "${name}" along "${dim}"; .dropCoords('${name}') or add it to all.`,
    );
  }
  const repeated = known.map((coordinate, i) => repeatedAlong(coordinate, parts[i] as Part, dim));
  const [{dims}] = repeated as [Labels];
  if (repeated.some((other) => other.dims.join('\0') !== dims.join('\0'))) return undefined;
  const views = repeated.map(({view}) => view);
  return {...contiguous(concatViews(views, dims.indexOf(dim))), dims, ...(first.attrs ? {attrs: first.attrs} : {})};
}

/** A coordinate with the dimension along which arrays are joined: where it has none, the same for each place. */
function repeatedAlong(coordinate: Coordinate, part: Part, dim: string): Labels {
  const [dims, view] = [coordinate.dims, viewOf(coordinate)];
  if (dims.includes(dim)) return {dims, view};
  const length = part.view.shape[part.dims.indexOf(dim)] as number;
  return {dims: [dim, ...dims], view: {...view, shape: [length, ...view.shape], strides: [0, ...view.strides]}};
}
