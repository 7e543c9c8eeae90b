import {viridis} from '@firstlight/core';
import type {Limits} from './limits.ts';

const opaque = 0xff000000;
/** The colours as the 32-bit words of an RGBA picture in memory, little endian. */
const words = Uint32Array.from(
  {length: 256},
  (_, i) => opaque | ((viridis[i * 3 + 2] ?? 0) << 16) | ((viridis[i * 3 + 1] ?? 0) << 8) | (viridis[i * 3] ?? 0),
);

/** Colours numbers between the limits; what is not a number stays transparent. */
export function colour(values: ArrayLike<number>, {low, high}: Limits): Uint32Array<ArrayBuffer> {
  const pixels = new Uint32Array(values.length);
  const scale = high > low ? 255.999 / (high - low) : 0;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    pixels[i] = words[Math.max(0, Math.min(255, Math.floor((value - low) * scale)))] ?? opaque;
  }
  return pixels;
}

/** The numbers of an image as a picture of the same size. */
export function pictureOf(values: ArrayLike<number>, {rows, columns}: {rows: number; columns: number}, limits: Limits): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = columns;
  canvas.height = rows;
  const bytes = new Uint8ClampedArray(colour(values, limits).buffer);
  canvas.getContext('2d')?.putImageData(new ImageData(bytes, columns, rows), 0, 0);
  return canvas;
}

/** A CSS gradient of the colours, from low to high. */
export const gradient = (direction: string): string =>
  `linear-gradient(${direction}, ${Array.from({length: 17}, (_, i) => {
    const at = Math.min(255, i * 16) * 3;
    return `rgb(${viridis[at]} ${viridis[at + 1]} ${viridis[at + 2]})`;
  }).join(', ')})`;
