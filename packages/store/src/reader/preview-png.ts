import {isFirstlightError, type NDArray, type RunId, sizeOf} from '@firstlight/core';
import type {Connection} from '../database/connection.ts';
import {isPng} from '../database/summaries.ts';
import {pathsOf} from '../folder/layout.ts';
import {areas} from '../fragment/areas.ts';
import {toFloat64} from '../value/numbers.ts';
import {drawLines, sketchPlotly} from '../value/sketch.ts';
import {imageThumbnail, thumbnail} from '../value/thumbnail.ts';
import {opener} from '../history/open-version.ts';
import {summaryOfVersion} from '../history/read-history.ts';
import type {VersionPlace} from '../history/version-place.ts';
import {type ReadValue, readPreview} from './read-value.ts';
import {openUnmerged} from './unmerged.ts';

/** A small PNG of a value: the stored thumbnail, else one drawn from the preview or the data; undefined when there is nothing to draw. */
export function previewPng(connection: Connection, dir: string, run: RunId, name: string): Uint8Array | undefined {
  const stored = summaryBytes(connection, dir, run, name);
  try {
    return thumbnailOrDrawn(stored, () => readPreview(dir, run, name));
  } catch (error) {
    if (isFirstlightError(error, 'no-value')) return undefined;
    throw error;
  }
}

/** The same of a version of a value. Its thumbnail stays when its data does not. Throws `no-version`, `no-value`. */
export const versionPng = (connection: Connection, dir: string, {run, name, version}: VersionPlace): Uint8Array | undefined =>
  thumbnailOrDrawn(summaryOfVersion(connection, {run, name, version}), () => readPreview(dir, run, name, opener(connection, version)));

function thumbnailOrDrawn(summary: unknown, read: () => ReadValue | undefined): Uint8Array | undefined {
  if (summary instanceof Uint8Array && isPng(summary)) return new Uint8Array(summary);
  const preview = read();
  return preview && draw(preview);
}

/** The newest summary if it consists of bytes: that of a fragment which waits to be merged, else that of the database. */
function summaryBytes(connection: Connection, dir: string, run: RunId, name: string): Uint8Array | undefined {
  using fragment = openUnmerged(pathsOf(dir).extractedData, run, name);
  if (!fragment) return mergedSummary(connection, run, name);
  const path = `${areas.reduced}/${name}`;
  if (fragment.kind(path) !== 'dataset') return undefined;
  using dataset = fragment.dataset(path);
  const data = dataset.type.dtype === 'uint8' && dataset.shape?.length === 1 ? dataset.read().data : undefined;
  return data instanceof Uint8Array ? data : undefined;
}

function mergedSummary(connection: Connection, {proposal, run}: RunId, name: string): Uint8Array | undefined {
  const stored = connection
    .prepare<[bigint, bigint, string]>('SELECT value FROM run_variables WHERE proposal = ? AND run = ? AND name = ? ORDER BY version DESC')
    .pluck()
    .get(BigInt(proposal), BigInt(run), name);
  return stored instanceof Uint8Array ? stored : undefined;
}

function draw(value: ReadValue): Uint8Array | undefined {
  if (value.kind === 'plotly') return sketchPlotly(value.figure);
  if (value.kind === 'image')
    return imageThumbnail(value.array.data as Uint8Array, value.array.shape[1] as number, value.array.shape[0] as number);
  if (value.kind !== 'array' && value.kind !== 'DataArray') return undefined;
  const {array} = value;
  if (array.dtype === 'string' || sizeOf(array.shape) === 0) return undefined;
  if (array.shape.length === 1) return drawLines([{x: [...array.data.keys()], y: Array.from(toFloat64(array))}]);
  if (array.shape.length === 2) return thumbnail(array, {rowsUpward: value.kind === 'DataArray'});
  return array.shape.length === 3 ? imageThumbnail(asRgba(array), array.shape[1] as number, array.shape[0] as number) : undefined;
}

/** Colours as bytes: integers are taken as they are, floats as 0 to 1. */
function asRgba({dtype, shape, data}: NDArray): Uint8Array {
  const channels = shape[2] as number;
  const scale = dtype.startsWith('float') ? 255 : 1;
  const rgba = new Uint8Array((shape[0] as number) * (shape[1] as number) * 4).fill(255);
  const clamped = Uint8ClampedArray.from(data as ArrayLike<number>, (value) => value * scale);
  for (let i = 0; i < clamped.length; i++) rgba[Math.floor(i / channels) * 4 + (i % channels)] = clamped[i] as number;
  return rgba;
}
