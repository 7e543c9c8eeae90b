import type {Complex, DataArray, Dataset, NDArray} from '@firstlight/core';

/** A picture: RGBA bytes, rows from top to bottom. */
export interface Image {
  readonly kind: 'image';
  readonly rgba: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A Plotly figure as the JSON text that `Plotly.newPlot` understands: `{"data": […], "layout": {…}}`. */
export interface PlotlyFigure {
  readonly kind: 'plotly';
  readonly json: string;
}

/** A single value. A JavaScript number is stored as float64, a bigint as int64 (beyond its range as uint64). */
export type Scalar = number | bigint | boolean | string | Complex;

/** What a variable may return. `null` is no data. */
export type Value = Scalar | NDArray | DataArray | Dataset | Image | PlotlyFigure | null;

/** A value with how it is to be shown, DAMNIT's `Cell`. */
export interface CellValue {
  readonly data: Value;
  /** Name of a numpy function that reduces the data to the table's small value, e.g. `mean`. */
  readonly summaryMethod?: string;
  /** The small value itself; wins over `summaryMethod`. */
  readonly summaryValue?: Value;
  /** What a double click shows instead of the data. */
  readonly preview?: Value;
  readonly units?: string;
  readonly bold?: boolean;
  /** Background colour of the cell, red green blue 0 to 255. */
  readonly background?: readonly [number, number, number];
  /** One standard deviation of the summary, in its units. */
  readonly uncertainty?: number;
  /** How the summary is written, as Python's format: `.2f`. */
  readonly format?: string;
}

/** What became of a variable. */
export type Outcome =
  | {readonly state: 'ok'; readonly cell: CellValue}
  | {readonly state: 'none'}
  | {readonly state: 'failed' | 'skipped'; readonly errorClass: string; readonly message: string; readonly where?: string};

/** A variable's outcome as it goes into a fragment. */
export interface FragmentResult {
  readonly name: string;
  readonly outcome: Outcome;
}

export const isDataArray = (value: Value): value is DataArray =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'DataArray';
export const isDataset = (value: Value): value is Dataset =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Dataset';
export const isImage = (value: Value): value is Image =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'image';
export const isPlotly = (value: Value): value is PlotlyFigure =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'plotly';
export const isNDArray = (value: Value): value is NDArray =>
  typeof value === 'object' && value !== null && !('kind' in value) && 'dtype' in value;
export const isComplex = (value: Value): value is Complex => typeof value === 'object' && value !== null && 're' in value;
