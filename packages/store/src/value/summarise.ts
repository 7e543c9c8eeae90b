import {type DataArray, type NDArray, trendline, type WireSummary} from '@firstlight/core';
import {type CellValue, isDataArray, isDataset, isImage, isNDArray, isPlotly, type Value} from './model.ts';
import {isComplexArray, shapeText, spread, toFloat64} from './numbers.ts';
import {reduceBy} from './reductions.ts';
import {sketchPlotly} from './sketch.ts';
import {checkArray, isNumericScalar, scalarArray, storableText} from './storable.ts';
import {imageThumbnail, type Orientation, thumbnail} from './thumbnail.ts';
import {wireSummary} from './wire-summary.ts';

/** Everything the table needs to know about a value. */
export interface CellSummary {
  /** What goes into `.reduced/<name>`; null: nothing. */
  readonly stored: NDArray | string | null;
  readonly summaryType: 'trendline' | null;
  /** The same for the runner's event. */
  readonly wire: WireSummary;
  /** Spread of the full data, or null when it has none. */
  readonly maxDiff: number | null;
  readonly attributes: Pick<CellValue, 'units' | 'bold' | 'background' | 'uncertainty' | 'format'> | null;
  /** What the data is: `float64 (3, 4)`, `text`, `DataArray`, `figure`; null without data. */
  readonly kind: string | null;
  /** What went wrong with `summaryMethod`, when something did. */
  readonly problem?: string;
}

/**
 * Reduces a value to what a table cell shows, by DAMNIT's rules: a given summary value, else the named reduction, else what suits the preview or data:
 * the number or text itself, a trendline of a line, a 300 pixel picture of a matrix or figure, words for anything bigger.
 *
 * @example
 * summarise({data: {dtype: 'float64', shape: [3], data: Float64Array.of(1, 2, 3)}, summaryMethod: 'mean'}).wire; // 2
 */
export function summarise(cell: CellValue): CellSummary {
  const {stored, problem} = storedSummary(cell);
  const isTrendline = typeof stored === 'object' && stored?.shape.length === 2 && stored.shape[0] === 2 && !isComplexArray(stored);
  const attributes = attributesOf(cell);
  return {
    stored,
    summaryType: isTrendline ? 'trendline' : null,
    wire: wireSummary(stored, isTrendline),
    maxDiff: spreadOf(cell.data),
    attributes: Object.keys(attributes).length > 0 ? attributes : null,
    kind: kindOf(cell.data),
    ...(problem === undefined ? {} : {problem}),
  };
}

function storedSummary(cell: CellValue): {stored: NDArray | string | null; problem?: string} {
  if (cell.summaryValue !== undefined && cell.summaryValue !== null) return {stored: asArray(cell.summaryValue)};
  if (!cell.summaryMethod || cell.data === null) return {stored: fallback(cell)};
  const array = asArray(cell.data);
  const reduced =
    typeof array === 'object' && array !== null ? reduceBy(cell.summaryMethod, array, {skipNaN: isDataArray(cell.data)}) : undefined;
  if (reduced) return {stored: reduced};
  return {
    stored: fallback(cell),
    problem: `Failed to produce summary data: "${cell.summaryMethod}" cannot be applied to ${kindOf(cell.data)}.`,
  };
}

/** The numbers or text of a value, if it is of that sort. */
function asArray(value: Value): NDArray | string | null {
  if (typeof value === 'string') return storableText(value);
  if (isNumericScalar(value)) return scalarArray(value);
  if (isDataArray(value)) return value.array;
  return isNDArray(value) ? checkArray(value) : null;
}

function fallback({data, preview}: CellValue): NDArray | string | null {
  const shown = preview ?? data;
  if (shown === null) return null;
  if (isDataset(shown)) return `Dataset (${(datasetBytes(shown) / 1e6).toFixed(2)}MB)`;
  if (isImage(shown)) return bytesOf(imageThumbnail(shown.rgba, shown.width, shown.height));
  if (isPlotly(shown)) return plotlySummary(shown.json);
  const array = asArray(shown);
  if (typeof array === 'string' || array === null) return array;
  if (array.shape.length === 0) return array;
  if (array.shape.length === 1)
    return array.dtype === 'string' ? '<trendline error>' : trendlineArray(array, isDataArray(shown) ? shown : undefined);
  if (array.shape.length === 2 && array.dtype !== 'string') {
    return bytesOf(thumbnail(array, isDataArray(shown) ? orientationOf(shown) : {}));
  }
  const described = asArray(data);
  return typeof described === 'object' && described !== null ? `${described.dtype}: ${shapeText(described.shape)}` : kindOf(data);
}

function plotlySummary(json: string): NDArray | string {
  const sketch = sketchPlotly(json);
  return sketch ? bytesOf(sketch) : 'Plotly figure';
}

const bytesOf = (data: Uint8Array): NDArray => ({dtype: 'uint8', shape: [data.length], data});

/** A line over its own coordinate when it has a numeric one, else over the index. */
function trendlineArray(array: NDArray, labelled: DataArray | undefined): NDArray {
  const axis = labelled?.coords[labelled.dims[0] as string];
  const x = axis && axis.dtype !== 'string' && axis.data.length === array.shape[0] ? toFloat64(axis) : undefined;
  const line = trendline(toFloat64(array), x);
  const points = new Float64Array(line.x.length * 2);
  points.set(line.x);
  points.set(line.y, line.x.length);
  return {dtype: 'float64', shape: [2, line.x.length], data: points};
}

/** As xarray draws it: rows grow upwards and columns to the right, unless their coordinate falls. */
function orientationOf({dims, coords}: DataArray): Orientation {
  const falls = (dimension: string | undefined): boolean => {
    const axis = coords[dimension ?? ''];
    return axis !== undefined && axis.dtype !== 'string' && Number(axis.data[0]) > Number(axis.data[axis.data.length - 1]);
  };
  return {rowsUpward: !falls(dims[0]), columnsLeftward: falls(dims[1])};
}

function datasetBytes({variables, coords}: Extract<Value, {kind: 'Dataset'}>): number {
  const bytes = ({data}: NDArray): number => (ArrayBuffer.isView(data) ? data.byteLength : data.length * 8);
  return [...Object.values(variables).map(({array}) => array), ...Object.values(coords)].reduce((sum, array) => sum + bytes(array), 0);
}

function spreadOf(data: Value): number | null {
  if (isDataArray(data)) return spread(data.array) ?? null;
  return isNDArray(data) ? (spread(data) ?? null) : null;
}

function attributesOf({data, units, bold, background, uncertainty, format}: CellValue): NonNullable<CellSummary['attributes']> {
  const own = isDataArray(data) && typeof data.attrs.units === 'string' ? data.attrs.units : undefined;
  const unit = units ?? own;
  return {
    ...(unit === undefined ? {} : {units: storableText(unit)}),
    ...(bold === undefined ? {} : {bold}),
    ...(background === undefined ? {} : {background}),
    ...(uncertainty === undefined ? {} : {uncertainty}),
    ...(format === undefined ? {} : {format: storableText(format)}),
  };
}

/** What a value is, in a few words. */
export function kindOf(data: Value): string | null {
  if (data === null) return null;
  if (typeof data === 'string') return 'text';
  if (isDataArray(data) || isDataset(data)) return data.kind;
  if (isImage(data) || isPlotly(data)) return 'figure';
  const array = isNDArray(data) ? data : scalarArray(data);
  return array.shape.length === 0 ? array.dtype : `${array.dtype} ${shapeText(array.shape)}`;
}
