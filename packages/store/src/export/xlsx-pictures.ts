import type {Image} from 'write-excel-file/node';
import {drawLines} from '../value/sketch.ts';
import {type ExportColumn, type ExportRow, isArray, isPicture, type StoredArray, type StoredSummary} from './model.ts';

/** Pixels on the screen. */
export const pictureHeight = 56;
/** Characters; a square picture fits. */
export const pictureColumnWidth = 13;

const pixelsOfCharacter = 7;
const pngWidthAt = 16;
const columnsBefore = 3;

/** Whether a picture stands for a summary: its own, or a curve drawn. */
export const hasPicture = (summary: StoredSummary): boolean => isPicture(summary) || isCurve(summary);

const isCurve = (summary: StoredSummary): summary is StoredArray =>
  isArray(summary) && summary.isTrendline && summary.array.shape[0] === 2 && (summary.array.shape[1] ?? 0) > 1;

function pictureOf(summary: StoredSummary): Uint8Array | undefined {
  if (isPicture(summary)) return summary.png;
  if (!isCurve(summary)) return undefined;
  const points = summary.array.shape[1] ?? 0;
  const numbers = Array.from(summary.array.data as ArrayLike<number>, Number);
  return drawLines([{x: numbers.slice(0, points), y: numbers.slice(points)}]);
}

/** The pictures of a row, each in its cell; `row` counts from 1. */
export function imagesOf({cells}: ExportRow, columns: readonly ExportColumn[], row: number): Image[] {
  return columns.flatMap(({name, title}, index) => {
    const png = pictureOf(cells.get(name)?.summary ?? null);
    return png ? [imageAt(png, title, {row, column: index + columnsBefore + 1})] : [];
  });
}

function imageAt(png: Uint8Array, title: string, anchor: {row: number; column: number}): Image {
  const {width, height} = sizeOfPng(png);
  const scale = Math.min(pictureHeight / height, (pictureColumnWidth * pixelsOfCharacter) / width);
  return {
    content: Buffer.from(png),
    contentType: 'image/png',
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
    dpi: 96,
    anchor,
    offsetX: 2,
    offsetY: 2,
    title,
  };
}

function sizeOfPng(png: Uint8Array): {width: number; height: number} {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  return {width: view.getUint32(pngWidthAt) || 1, height: view.getUint32(pngWidthAt + 4) || 1};
}
