import {colourise, type NDArray} from '@firstlight/core';
import {quantiles, toMagnitudes} from './numbers.ts';
import {encodePng} from './png.ts';

/** Side of a thumbnail in pixels, as DAMNIT draws it. */
const side = 300;

/** Which end of an axis comes first on the screen. */
export interface Orientation {
  readonly rowsUpward?: boolean;
  readonly columnsLeftward?: boolean;
}

/**
 * A 2-D array as a PNG of 300 × 300 pixels, stretched, coloured with viridis between its 1 % and 99 % quantiles.
 *
 * NaN counts as 0, infinities take the colours of the ends; without any elements it is white. More than 300 rows or columns are averaged, fewer are drawn as blocks.
 */
export function thumbnail(array: NDArray, orientation: Orientation = {}): Uint8Array {
  const [height, width] = array.shape as [number, number];
  if (height * width === 0) return encodePng(new Uint8Array(side * side * 4).fill(255), side, side);
  const values = toMagnitudes(array).map((value) => (Number.isNaN(value) ? 0 : value));
  const [low, high] = quantiles(values, [0.01, 0.99]) as [number, number];
  const drawn = oriented(resample(values, width, height, side, side), orientation);
  return encodePng(colourise(drawn, low, high), side, side);
}

/** A picture's PNG with its larger side at most 300 pixels; never enlarged. */
export function imageThumbnail(rgba: Uint8Array, width: number, height: number): Uint8Array {
  const scale = Math.min(1, side / Math.max(width, height));
  if (scale === 1) return encodePng(rgba, width, height);
  const [toWidth, toHeight] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const small = new Uint8Array(toWidth * toHeight * 4);
  for (let channel = 0; channel < 4; channel++) {
    const plane = Float64Array.from({length: width * height}, (_, i) => rgba[i * 4 + channel] as number);
    resample(plane, width, height, toWidth, toHeight).forEach((value, i) => {
      small[i * 4 + channel] = Math.round(value);
    });
  }
  return encodePng(small, toWidth, toHeight);
}

/** Resizes by averaging whole source pixels (shrinking) or repeating them (enlarging). */
function resample(values: Float64Array, width: number, height: number, toWidth: number, toHeight: number): Float64Array {
  const result = new Float64Array(toWidth * toHeight);
  for (let row = 0; row < toHeight; row++) {
    const [top, bottom] = sourceRange(row, toHeight, height);
    for (let column = 0; column < toWidth; column++) {
      const [left, right] = sourceRange(column, toWidth, width);
      let sum = 0;
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += values[y * width + x] as number;
      result[row * toWidth + column] = sum / ((bottom - top) * (right - left));
    }
  }
  return result;
}

function sourceRange(index: number, to: number, from: number): [number, number] {
  const start = Math.floor((index * from) / to);
  return [start, Math.max(start + 1, Math.floor(((index + 1) * from) / to))];
}

function oriented(square: Float64Array, {rowsUpward = false, columnsLeftward = false}: Orientation): Float64Array {
  if (!rowsUpward && !columnsLeftward) return square;
  return square.map((_, i) => {
    const [row, column] = [Math.floor(i / side), i % side];
    return square[(rowsUpward ? side - 1 - row : row) * side + (columnsLeftward ? side - 1 - column : column)] as number;
  });
}
