/** The values of `context.py`, as far as TypeScript has them; `not-said.ts` tells what it has not, and why. */

import {Cell, dataArray, dataset, skip, variable} from '@firstlight/context';
import type {DType, NDArray, TypedArray} from '@firstlight/core';

const array = (dtype: DType, shape: readonly number[], data: TypedArray): NDArray => ({dtype, shape, data});
const ramp = (length: number): number[] => Array.from({length}, (_, i) => i);
const integers = BigInt64Array.of(0n, 1n, 2n, 3n, 4n);
const matrixOf12 = array('float64', [3, 4], Float64Array.from(ramp(12)));
const pixels = Uint8Array.from(ramp(20 * 40 * 4), (i) => (i % 4 === 3 ? 255 : i % 251));
const picture = {rgba: pixels, width: 40, height: 20};

// Numbers, truths, texts

export const integer = variable(() => 42n);
export const integer_smallest = variable(() => -(2n ** 63n));
export const integer_largest = variable(() => 2n ** 63n - 1n);
export const integer_too_big = variable(() => 2n ** 70n);
export const integer_byte = variable(() => array('int8', [], Int8Array.of(-7)));
export const integer_unsigned = variable(() => array('uint16', [], Uint16Array.of(65_535)));
export const floating = variable(() => 2.5);
export const floating_whole = variable(() => 3);
export const floating_single = variable(() => array('float32', [], Float32Array.of(0.1)));
export const floating_half = variable(() => array('float16', [], Float16Array.of(0.5)));
export const floating_nan = variable(() => Number.NaN);
export const floating_infinite = variable(() => Number.POSITIVE_INFINITY);
export const floating_minus_infinite = variable(() => Number.NEGATIVE_INFINITY);
export const truth = variable(() => true);
export const untruth = variable(() => false);
export const imaginary = variable(() => ({re: 1, im: -2}));
export const imaginary_single = variable(() => array('complex64', [], Float32Array.of(1, -2)));
export const no_dimensions = variable(() => array('int64', [], BigInt64Array.of(7n)));
export const text = variable(() => 'plain');
export const text_empty = variable(() => '');
export const text_unicode = variable(() => 'Grüße, 光 🙂\nsecond line');
export const text_like_a_number = variable(() => 'NaN');

// Arrays

export const list_of_numbers = variable(() => [1.5, 2, 3]);
export const line = variable(() => Float64Array.of(1, 5, Number.NaN, Number.POSITIVE_INFINITY, 3));
export const line_long = variable(() => Float64Array.from(ramp(1000), (x) => x ** 2 / 7));
export const line_integer = variable(() => BigInt64Array.of(1n, 2n ** 60n, -3n));
export const line_byte = variable(() => Int8Array.of(-128, 127));
export const line_unsigned = variable(() => BigUint64Array.of(0n, 2n ** 64n - 1n));
export const line_bool = variable(() => array('bool', [3], Uint8Array.of(1, 0, 1)));
export const line_complex = variable(() => array('complex128', [2], Float64Array.of(1, 2, 3, 4)));
export const line_empty = variable(() => new Float32Array(0));
export const line_of_one = variable(() => [4.5]);
export const matrix = variable(() => matrixOf12);
export const matrix_single = variable(() => array('float32', [2, 2], Float32Array.of(1, 2, 3, Number.NaN)));
export const matrix_complex = variable(() => array('complex64', [2, 2], Float32Array.of(1, 1, 2, 0, 3, 0, 4, -1)));
export const matrix_bool = variable(() => array('bool', [2, 2], Uint8Array.of(1, 0, 0, 1)));
export const matrix_integer = variable(() => array('uint16', [2, 3], Uint16Array.from(ramp(6))));
export const matrix_empty = variable(() => array('float64', [0, 3], new Float64Array(0)));
export const cube = variable(() => array('float64', [2, 3, 5], Float64Array.from(ramp(30))));
export const colours = variable(() => array('uint8', [2, 2, 3], Uint8Array.from(ramp(12))));

// Labelled arrays

export const labelled_number = variable(() => dataArray(7));
export const labelled_line = variable(() => {
  const energy = {dims: ['energy'], ...array('float64', [3], Float64Array.of(9, 9.5, 10)), attrs: {units: 'keV'}};
  const channel = {dims: ['energy'], ...array('int64', [3], BigInt64Array.of(7n, 8n, 9n))};
  const scan = {dims: [], dtype: 'string' as const, shape: [], data: ['second']};
  const attrs = {units: 'counts', gain: 2.5, note: 'Größe', limits: [1n, 2n, 3n]};
  return dataArray(Float32Array.of(1, 2, 3), {dims: ['energy'], coords: {energy, scan, channel}, name: 'spectrum', attrs});
});
export const labelled_nameless = variable(() => dataArray([1, 4, 2], {dims: 'x'}));
export const labelled_matrix = variable(() => dataArray(matrixOf12, {dims: ['y', 'x'], coords: {x: BigInt64Array.of(1n, 2n, 3n, 4n)}}));
export const labelled_cube = variable(() => dataArray(array('float64', [2, 3, 5], Float64Array.from(ramp(30))), {dims: ['a', 'b', 'c']}));
export const labelled_like_its_coordinate = variable(() => dataArray(Int32Array.of(5, 6), {dims: 't', coords: {t: [0, 1]}, name: 't'}));
export const labelled_bool = variable(() => dataArray([false, true], {dims: 't'}));
export const labelled_complex = variable(() => dataArray(array('complex128', [2], Float64Array.of(1, 2, 3, 4)), {dims: 't'}));
export const labelled_text = variable(() => dataArray(['a', 'bé'], {dims: 't'}));
export const labelled_over_texts = variable(() => dataArray([1, 2, 3], {dims: 'x', coords: {x: ['a', 'b', 'c']}}));
export const several = variable(() =>
  dataset(
    {
      counts: dataArray(array('float64', [2, 3], Float64Array.from(ramp(6))), {dims: ['x', 'y']}),
      good: dataArray([true, false], {dims: 'x'}),
      label: dataArray('words'),
    },
    {coords: {x: [10, 20]}, attrs: {facility: 'EuXFEL'}},
  ),
);
export const several_of_shared_scales = variable(() =>
  dataset(
    {
      a: dataArray(array('float64', [2, 3], new Float64Array(6).fill(1)), {dims: ['x', 'y']}),
      b: dataArray([1, 2], {dims: 'x'}),
      c: dataArray(BigInt64Array.of(1n, 2n, 3n), {dims: 'y'}),
    },
    {coords: {x: BigInt64Array.of(5n, 6n), y: [7, 8, 9]}},
  ),
);
export const several_none = variable(() => dataset({}));

// Figures

export const figure = variable(() => picture);
export const plotly_figure = variable(() => new Cell({data: [{type: 'scatter', y: [1, 3, 2]}]}, {summaryValue: 'a line'}));

// Cells: summaries, looks, previews

export const cell_summary = variable({summary: 'mean', units: 'mJ'}, () => integers);
export const cell_looks = variable(() => new Cell(2.5, {units: 'µJ', bold: true, background: [255, 0, 16]}));
export const cell_summary_number = variable(() => new Cell(integers, {summaryValue: 42.5}));
export const cell_summary_text = variable(() => new Cell(matrixOf12, {summaryValue: 'peak at 3'}));
export const cell_summary_array = variable(() => new Cell(integers, {summaryValue: array('int64', [3], BigInt64Array.of(0n, 1n, 2n))}));
export const cell_summary_only = variable(() => new Cell(null, {summaryValue: 11.5}));
export const cell_preview_line = variable(
  () => new Cell(array('float64', [3, 3, 3], new Float64Array(27)), {preview: array('float64', [2], Float64Array.of(8, 9))}),
);
export const cell_preview_matrix = variable(() => new Cell('words', {preview: matrixOf12}));
export const cell_preview_labelled = variable(
  () => new Cell(7n, {preview: dataArray([1, 2], {dims: 'x', coords: {x: BigInt64Array.of(5n, 6n)}, name: 'line'})}),
);
export const cell_preview_figure = variable(() => new Cell(1.5, {preview: picture}));
export const cell_preview_plotly = variable(() => new Cell(3.5, {preview: {data: [{type: 'scatter', y: [4, 5]}]}, summaryValue: 3.5}));

// No value

export const fails = variable((): number => {
  throw Object.assign(new Error('division by zero'), {name: 'ZeroDivisionError'});
});
export const skips = variable((): number => skip('no beam'));
export const nothing = variable(() => null);
