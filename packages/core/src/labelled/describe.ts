import {sizeOf} from '../array.ts';
import {labelsOf} from './along.ts';
import {isComplex} from './elements.ts';
import type {Part} from './part.ts';
import {indexOf} from './part.ts';
import {contiguous} from './strided.ts';

/** An element with its labels and its other coordinates, by name. */
export type Row = Record<string, unknown>;

/** One object per element, in row-major order. Complex numbers are `{re, im}`, booleans true and false. */
export function recordsOf(part: Part): Row[] {
  const {dims, view, coords, name = 'value'} = part;
  const array = contiguous(view);
  const labels = dims.map((dim) => labelsOf(part, dim));
  const others = Object.entries(coords).filter(([key]) => !indexOf(part, key));
  return Array.from({length: sizeOf(view.shape)}, (_, i) => {
    const places = placesOf(i, view.shape);
    const row: Row = Object.fromEntries(dims.map((dim, axis) => [dim, labels[axis]?.[places[axis] as number]]));
    for (const [key, coordinate] of others) {
      const at = coordinate.dims.reduce(
        (sum, dim, axis) => sum * (coordinate.shape[axis] as number) + (places[dims.indexOf(dim)] as number),
        0,
      );
      row[key] = elementAt(coordinate, at);
    }
    row[name] = elementAt(array, i);
    return row;
  });
}

function placesOf(index: number, shape: readonly number[]): number[] {
  const places: number[] = [];
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] as number;
    places[axis] = rest % length;
    rest = Math.floor(rest / length);
  }
  return places;
}

function elementAt({dtype, data}: Pick<ReturnType<typeof contiguous>, 'dtype' | 'data'>, i: number): unknown {
  if (isComplex(dtype)) return {re: data[2 * i], im: data[2 * i + 1]};
  return dtype === 'bool' ? data[i] === 1 : data[i];
}

const mostShown = 6;

/** A labelled array in a few lines, for people. */
export function describe({name, dims, view, coords, attrs}: Part): string {
  const size = dims.map((dim, axis) => `${dim}: ${view.shape[axis]}`).join(', ');
  const lines = Object.entries(coords).map(([key, each]) => `  ${key} (${each.dims.join(', ')}) ${each.dtype} ${firstElements(each)}`);
  const facts = Object.entries(attrs).map(([key, value]) => `  ${key}: ${String(value)}`);
  return [
    `DataArray ${name === undefined ? '' : `'${name}' `}(${size}) ${view.dtype}`,
    firstElements(contiguous(firstPart(view))) + (sizeOf(view.shape) > mostShown ? ' …' : ''),
    ...(lines.length > 0 ? ['Coordinates:', ...lines] : []),
    ...(facts.length > 0 ? ['Attributes:', ...facts] : []),
  ].join('\n');
}

/** Enough of the last axis to show, so that describing a big array copies nothing of it. */
function firstPart(view: Part['view']): Part['view'] {
  if (sizeOf(view.shape) <= mostShown) return view;
  return {...view, shape: view.shape.map((length, axis) => (axis === view.shape.length - 1 ? Math.min(length, mostShown) : 1))};
}

function firstElements(array: ReturnType<typeof contiguous>): string {
  const count = Math.min(sizeOf(array.shape), mostShown);
  const shown = Array.from({length: count}, (_, i) => {
    const element = elementAt(array, i);
    return isComplex(array.dtype) ? JSON.stringify(element) : `${element as number}`;
  });
  return shown.join(' ') + (sizeOf(array.shape) > count ? ' …' : '');
}
