import type {Complex, DataArray, Dataset, NDArray, TypedArray} from '@firstlight/core';
import type {Cell} from './cell.ts';

/** A single value. A `number` is kept as float64, a `bigint` as a 64-bit integer. */
export type Scalar = number | bigint | boolean | string | Complex;

/** Numbers in nested lists of equal lengths, kept as a float64 array. */
export type NestedNumbers = readonly (number | NestedNumbers)[];

/** A picture: 8-bit red, green, blue, alpha for each pixel, row by row from the top. */
export interface Picture {
  readonly rgba: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** A figure as Plotly's JSON. */
export interface PlotlyFigure {
  readonly data: readonly object[];
  readonly layout?: object;
}

/** Everything that can be kept as the value of a variable. */
export type Storable = Scalar | TypedArray | NestedNumbers | NDArray | DataArray | Dataset | PlotlyFigure | Picture;

/** What a variable's function may return; nothing, `null` and `undefined` mean "no value for this run". */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without return statement is a fine variable.
export type Result = Storable | Cell<Storable | null> | null | undefined | void;

type Widen<T> = T extends number ? number : T extends bigint ? bigint : T extends boolean ? boolean : T extends string ? string : T;
type Present<T> = Widen<Exclude<T, null | undefined | void>>;

/** What dependants get from a function that returns `R`: the data of a cell, never "no value" (then they do not run). */
export type DataOf<R> = R extends Cell<infer D> ? Present<D> : Present<R>;
