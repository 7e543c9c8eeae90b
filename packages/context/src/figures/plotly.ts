import type {DataArray, NDArray} from '@firstlight/core';
import {isWithArray, nested} from './nested.ts';
import type {PlotlyFigure} from '../results.ts';

/** Traces and layout in Plotly's words; where Plotly wants lists of numbers, typed arrays and labelled arrays may stand too. */
export interface Figure {
  readonly data: readonly object[];
  readonly layout?: object;
}

/**
 * A figure in Plotly's JSON, to return from a variable. Typed arrays, arrays with a shape, and labelled arrays become the lists that Plotly wants.
 *
 * @example
 * plotly({data: [{x: scan.coord('position'), y: scan}], layout: {xaxis: {title: {text: 'stage (mm)'}}}});
 */
export const plotly = ({data, layout = {}}: Figure): PlotlyFigure => ({
  data: data.map((trace) => plain(trace) as object),
  layout: plain(layout) as object,
});

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, plain);
  if (Array.isArray(value)) return value.map(plain);
  if (isWithArray(value)) return nested((value as DataArray).array ?? (value as unknown as NDArray)).map(plain);
  if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}
