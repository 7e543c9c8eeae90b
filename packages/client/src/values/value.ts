import type {Complex, NDArray} from '@firstlight/core';
import type {DataArray, Dataset} from '@firstlight/core/labelled';

/** A picture: RGBA bytes, rows from top to bottom. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** A Plotly figure, as `Plotly.newPlot` takes it. */
export interface Figure {
  readonly data: readonly unknown[];
  readonly layout?: object;
}

/** What a variable may have given; null: nothing for that run. Integers beyond 2^53 are bigints. */
export type Value = number | bigint | boolean | string | Complex | NDArray | DataArray | Dataset | Picture | Figure | null;

/** The variables of an experiment nobody has described: any name, any value. `firstlight types` describes one. */
export type AnyVariables = Readonly<Record<string, Value>>;

/** What of a value is read. */
export interface ReadOptions {
  /** A part of an array, as in NumPy: `0:10,5`, `:,::2`. */
  readonly slice?: string;
  /** One that `history` lists; default: the newest. */
  readonly version?: number;
  readonly signal?: AbortSignal;
}
