import type {Coordinate} from '../dataarray.ts';
import {allocate, widthOf} from './elements.ts';
import type {Strided} from './strided.ts';
import {contiguous, viewOf} from './strided.ts';

/** What to keep of a dimension: one place (the dimension goes), places at equal distances, or any places. */
export type Cut =
  | {readonly kind: 'place'; readonly index: number}
  | {readonly kind: 'range'; readonly start: number; readonly count: number; readonly step: number}
  | {readonly kind: 'places'; readonly indices: ArrayLike<number>};

export type Cuts = ReadonlyMap<string, Cut>;

/** Names with the array they label. */
export interface Labels {
  readonly dims: readonly string[];
  readonly view: Strided;
}

function cutAxis(view: Strided, axis: number, cut: Exclude<Cut, {kind: 'places'}>): Strided {
  const stride = view.strides[axis] as number;
  if (cut.kind === 'place') {
    return {
      ...view,
      shape: view.shape.toSpliced(axis, 1),
      strides: view.strides.toSpliced(axis, 1),
      offset: view.offset + cut.index * stride,
    };
  }
  const offset = view.offset + (cut.count > 0 ? cut.start * stride : 0);
  return {...view, shape: view.shape.with(axis, cut.count), strides: view.strides.with(axis, cut.step * stride), offset};
}

/** Places at equal distances need no copy. */
function asRange(indices: ArrayLike<number>): Cut | undefined {
  if (indices.length === 0) return {kind: 'range', start: 0, count: 0, step: 1};
  const start = indices[0] as number;
  const step = indices.length > 1 ? (indices[1] as number) - start : 1;
  for (let i = 1; i < indices.length; i++) if ((indices[i] as number) - (indices[i - 1] as number) !== step) return undefined;
  return {kind: 'range', start, count: indices.length, step};
}

function gatherPlaces(view: Strided, axis: number, indices: ArrayLike<number>): Strided {
  // The axis goes to the front, so that each place is one piece to copy.
  const order = [axis, ...view.shape.keys().filter((other) => other !== axis)];
  const rest = {...view, shape: view.shape.toSpliced(axis, 1), strides: view.strides.toSpliced(axis, 1)};
  const count = rest.shape.reduce((product, length) => product * length, 1) * widthOf(view.dtype);
  const into = allocate(view.dtype, (indices.length * count) / widthOf(view.dtype));
  for (let i = 0; i < indices.length; i++) {
    const {data} = contiguous({...rest, offset: view.offset + (indices[i] as number) * (view.strides[axis] as number)});
    if (Array.isArray(into)) for (let k = 0; k < count; k++) into[i * count + k] = data[k] as string;
    else (into as Float64Array).set(data as Float64Array, i * count);
  }
  const front = viewOf({dtype: view.dtype, shape: [indices.length, ...rest.shape], data: into});
  const back = view.shape.map((_, target) => order.indexOf(target));
  return {...front, shape: back.map((at) => front.shape[at] as number), strides: back.map((at) => front.strides[at] as number)};
}

/** Cuts an array along its dimensions; only places at unequal distances are copied. */
export function cutLabels({dims, view}: Labels, cuts: Cuts): Labels {
  let [kept, cutView] = [dims, view];
  for (const [dim, given] of cuts) {
    const axis = kept.indexOf(dim);
    if (axis < 0) continue;
    const cut = given.kind === 'places' ? (asRange(given.indices) ?? given) : given;
    cutView = cut.kind === 'places' ? gatherPlaces(cutView, axis, cut.indices) : cutAxis(cutView, axis, cut);
    if (cut.kind === 'place') kept = kept.toSpliced(axis, 1);
  }
  return {dims: kept, view: cutView};
}

/** Cuts a coordinate; the same object when none of its dimensions is cut. */
export function cutCoordinate(coordinate: Coordinate, cuts: Cuts): Coordinate {
  if (!coordinate.dims.some((dim) => cuts.has(dim))) return coordinate;
  const {dims, view} = cutLabels({dims: coordinate.dims, view: viewOf(coordinate)}, cuts);
  return {...contiguous(view), dims, ...(coordinate.attrs ? {attrs: coordinate.attrs} : {})};
}
