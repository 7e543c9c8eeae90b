import type {DType} from '../array.ts';
import type {Coordinate} from '../dataarray.ts';
import {keysOf, sortedPlaces} from './along.ts';
import {concatParts} from './concat.ts';
import {allocate} from './elements.ts';
import type {Part} from './part.ts';
import {axisOf, cutPart, listed} from './part.ts';
import type {Label} from './select.ts';
import {labelKey} from './select.ts';

/** The places of a dimension, sorted into groups of equal labels. */
export interface Groups {
  readonly part: Part;
  readonly dim: string;
  readonly name: string;
  readonly dtype: DType;
  /** Sorted by label; places whose label is NaN are in no group. */
  readonly groups: readonly {readonly label: Label; readonly places: readonly number[]}[];
}

/** Sorts the places of a dimension into groups by a coordinate, or by another array with that one dimension. */
export function groupsOf(part: Part, by: string | Part): Groups {
  const {dim, name, labels, dtype} = keysOf(part, by);
  const found = new Map<unknown, {label: Label; places: number[]}>();
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as Label;
    if (Number.isNaN(label)) continue;
    const group = found.get(labelKey(label));
    if (group) group.places.push(i);
    else found.set(labelKey(label), {label, places: [i]});
  }
  const unsorted = [...found.values()];
  const order = sortedPlaces(
    unsorted.map(({label}) => label),
    false,
  );
  return {part, dim, name, dtype, groups: order.map((i) => unsorted[i] as (typeof unsorted)[number])};
}

/** The part of an array that belongs to a group. */
export const groupPart = ({part, dim}: Groups, places: readonly number[]): Part =>
  cutPart(part, new Map([[dim, {kind: 'places', indices: places}]]));

/** Puts what was made of each group together, with the labels of the groups along a dimension named like what they were grouped by. */
export function joinGroups({part, dim, name, dtype, groups}: Groups, results: readonly Part[]): Part {
  if (results.length === 0) throw new RangeError(`There is no group to put together: "${name}" has no label that is a number or a text.`);
  const wrong = results.find((result) => result.dims.includes(dim) || result.dims.includes(name));
  if (wrong) throw new RangeError(`A group must lose its dimension "${dim}"; what was made of it has: ${listed(wrong.dims)}.`);
  const joined = concatParts(
    results.map((result) => ({...result, coords: Object.fromEntries(Object.entries(result.coords).filter(([key]) => key !== name))})),
    name,
  );
  // The groups take the place of the dimension they came from.
  const others = joined.dims.slice(1);
  const at = Math.min(axisOf(part, dim), others.length);
  const dims = others.toSpliced(at, 0, name);
  const order = dims.map((each) => joined.dims.indexOf(each));
  const view = {
    ...joined.view,
    shape: order.map((axis) => joined.view.shape[axis] as number),
    strides: order.map((axis) => joined.view.strides[axis] as number),
  };
  const own = part.coords[name];
  const labels = coordinateOf(
    groups.map(({label}) => label),
    dtype,
  );
  return {...joined, dims, view, coords: {...joined.coords, [name]: {...labels, dims: [name], ...(own?.attrs ? {attrs: own.attrs} : {})}}};
}

function coordinateOf(labels: readonly Label[], dtype: DType): Omit<Coordinate, 'dims'> {
  const data = allocate(dtype, labels.length) as unknown as Label[];
  for (const [i, label] of labels.entries()) data[i] = label;
  return {dtype, shape: [labels.length], data: data as unknown as Coordinate['data']};
}
