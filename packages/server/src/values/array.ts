import {FirstlightError, sizeOf} from '@firstlight/core';
import type {ValueDescription} from '../experiments/served.ts';
import type {LabelledArray} from './arrow.ts';
import type {Place} from './place.ts';
import {parseSlice, resolveSlice, sizeAfter} from './slice.ts';

/** Largest array that is sent in one answer, bytes of its elements. */
const mostBytes = 256 * 1024 * 1024;

/** Which array of a value is asked for. */
export interface ArrayQuery {
  readonly slice?: string;
  /** One of the arrays of a Dataset, or a coordinate. */
  readonly variable?: string;
}

/** An array that was read, with the shape it has as a whole. */
export interface AskedArray extends LabelledArray {
  readonly fullShape: readonly number[];
}

/**
 * Reads the asked part of an array, through the reader process.
 *
 * @throws FirstlightError `no-value`, `no-version`, `no-array` (a text, a figure), `bad-slice`, `too-large`, and the reader's own.
 */
export async function readArray({experiment, run, name, version}: Place, {slice, variable}: ArrayQuery): Promise<AskedArray> {
  const {reader, folder} = experiment;
  const description = await reader.describeValue(folder.dir, run, name, {version});
  const fullShape = shapeOf(description, name, variable);
  const parts = slice === undefined ? undefined : resolveSlice(parseSlice(slice), fullShape);
  assertSize(description, fullShape, parts ? sizeAfter(parts, fullShape) : fullShape);
  if (variable !== undefined && slice !== undefined) throw noSliceOfDataset();
  const value = await reader.readData(folder.dir, run, name, {slice: parts, version});
  return {...labelled(value, name, variable), fullShape};
}

type Value = Awaited<ReturnType<Place['experiment']['reader']['readData']>>;

function labelled(value: Value, name: string, variable: string | undefined): LabelledArray {
  if (value.kind === 'array' || value.kind === 'image') return {array: value.array};
  if (value.kind === 'DataArray' && variable === undefined)
    return {array: value.array, dims: value.dims, coords: value.coords, ...unitsIn(value.attrs)};
  const variables = value.kind === 'Dataset' ? value.variables : {};
  const found = 'coords' in value ? (variables[variable ?? ''] ?? coordinateOf(value.coords[variable ?? ''])) : undefined;
  if (!found || !('coords' in value)) throw noArray(name);
  const coords = Object.entries(value.coords).filter(([, {dims}]) => dims.every((dimension) => found.dims.includes(dimension)));
  return {array: found.array, dims: found.dims, coords: Object.fromEntries(coords), ...unitsIn(found.attrs)};
}

type Coordinate = Extract<Value, {kind: 'Dataset'}>['coords'][string];

const coordinateOf = (coordinate: Coordinate | undefined) =>
  coordinate && {array: coordinate, dims: coordinate.dims, attrs: coordinate.attrs ?? {}};

const unitsIn = (attrs: Readonly<Record<string, unknown>>): {units?: string} => {
  const units = attrs['units'];
  return typeof units === 'string' ? {units} : {};
};

function shapeOf({kind, shape, arrays}: ValueDescription, name: string, variable: string | undefined): readonly number[] {
  if (kind === 'Dataset' || (kind === 'DataArray' && variable !== undefined)) {
    const found = arrays.find((array) => array.name === variable);
    if (found) return found.shape;
    const names = arrays.map((array) => array.name).join(', ');
    throw new FirstlightError('bad-request', `"${name}" holds several arrays; choose one with variable=, of ${names || 'none'}.`);
  }
  if (kind === 'text' || kind === 'plotly' || shape === null) throw noArray(name);
  if (variable !== undefined) throw new FirstlightError('bad-request', `"${name}" is a single array, so variable= cannot be used.`);
  return shape;
}

const noArray = (name: string) =>
  new FirstlightError('no-array', `"${name}" is not an array of numbers; its address without a file name says what it is.`);

const noSliceOfDataset = () => new FirstlightError('bad-slice', 'Arrays that are chosen with variable= come whole: leave slice= out.');

function assertSize({bytes}: ValueDescription, fullShape: readonly number[], shape: readonly number[]): void {
  const asked = fullShape.length === 0 ? bytes : (bytes / Math.max(1, sizeOf(fullShape))) * sizeOf(shape);
  if (asked <= mostBytes) return;
  const size = `(${shape.join(', ')}), ${Math.round(asked / 1e6)} MB`;
  throw new FirstlightError(
    'too-large',
    `The array ${size}, is larger than the 256 MB that are sent at once; ask for a part with slice=, for example slice=0:10.`,
    {
      facts: {shape, bytes: asked},
    },
  );
}
