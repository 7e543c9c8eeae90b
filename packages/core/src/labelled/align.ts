import type {Coordinate} from '../dataarray.ts';
import type {Cut} from './cut.ts';
import type {Coordinates, Part} from './part.ts';
import {cutPart, indexOf} from './part.ts';
import type {Label} from './select.ts';
import {labelKey, placesByLabel} from './select.ts';

const sameElement = (a: unknown, b: unknown): boolean =>
  a === b || Object.is(a, b) || (typeof a !== 'string' && typeof b !== 'string' && labelKey(a as Label) === labelKey(b as Label));

/** Tells whether two coordinates hold the same labels in the same order. */
export function sameCoordinate(a: Coordinate, b: Coordinate): boolean {
  if (a === b || (a.data === b.data && a.shape.length === b.shape.length)) return true;
  if (a.data.length !== b.data.length || a.dims.join('\0') !== b.dims.join('\0')) return false;
  for (let i = 0; i < a.data.length; i++) if (!sameElement(a.data[i], b.data[i])) return false;
  return true;
}

/**
 * Brings arrays to the labels they have in common, dimension by dimension, in the order of the first (xarray's inner join).
 *
 * @throws RangeError where a dimension without labels has different lengths.
 */
export function align(parts: readonly Part[]): Part[] {
  const dims = new Set(parts.flatMap((part) => part.dims));
  let aligned = [...parts];
  for (const dim of dims) aligned = alignDimension(aligned, dim);
  return aligned;
}

function alignDimension(parts: readonly Part[], dim: string): Part[] {
  const labelled = parts.filter((part) => part.dims.includes(dim) && indexOf(part, dim));
  const [first, ...others] = labelled.map((part) => indexOf(part, dim) as Coordinate);
  if (!first || others.every((other) => sameCoordinate(first, other))) return checkLengths(parts, dim);
  const places = labelled.map((part) => uniquePlaces(indexOf(part, dim) as Coordinate, dim));
  const common = Array.from<Label, ReturnType<typeof labelKey>>(first.data, labelKey).filter((key) => places.every((own) => own.has(key)));
  const cuts = new Map<Part, Cut>(
    labelled.map((part, i) => [part, {kind: 'places', indices: common.map((key) => places[i]?.get(key) as number)}]),
  );
  const joined = parts.map((part) => {
    const cut = cuts.get(part);
    return cut ? cutPart(part, new Map([[dim, cut]])) : part;
  });
  return checkLengths(joined, dim);
}

function uniquePlaces(coordinate: Coordinate, dim: string): ReturnType<typeof placesByLabel> {
  const places = placesByLabel(coordinate.data);
  if (places.size === coordinate.data.length) return places;
  throw new RangeError(
    `Dimension "${dim}" has the same label more than once and differs between the arrays, so they cannot be matched; groupBy('${dim}') first.`,
  );
}

function checkLengths(parts: readonly Part[], dim: string): Part[] {
  const lengths = new Set(parts.filter(({dims}) => dims.includes(dim)).map(({dims, view}) => view.shape[dims.indexOf(dim)]));
  if (lengths.size <= 1) return [...parts];
  throw new RangeError(`Dimension "${dim}" has no labels to match and its lengths differ: ${[...lengths].join(' and ')}.`);
}

/** The coordinates of several aligned arrays together; where they contradict each other the coordinate goes. */
export function mergeCoords(all: readonly Coordinates[]): Coordinates {
  const merged: Record<string, Coordinate> = {};
  const refused = new Set<string>();
  for (const coords of all) {
    for (const [name, coordinate] of Object.entries(coords)) {
      const known = merged[name];
      if (known && !sameCoordinate(known, coordinate)) refused.add(name);
      else if (!known) merged[name] = coordinate;
    }
  }
  return Object.fromEntries(Object.entries(merged).filter(([name]) => !refused.has(name)));
}

/** The attributes of several arrays together; where they contradict each other the attribute goes. */
export function mergeAttributes(all: readonly Part['attrs'][]): Part['attrs'] {
  const names = new Set(all.flatMap((attrs) => Object.keys(attrs)));
  const agreed = [...names].flatMap((name) => {
    const values = all.filter((attrs) => name in attrs).map((attrs) => attrs[name]);
    return values.every((value) => sameValue(value, values[0])) ? [[name, values[0]] as const] : [];
  });
  return Object.fromEntries(agreed);
}

const sameValue = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true;
  if (!Array.isArray(a) || !Array.isArray(b)) return false;
  return a.length === b.length && a.every((item, i) => sameValue(item, b[i]));
};
