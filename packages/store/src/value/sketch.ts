import type {NDArray} from '@firstlight/core';
import {encodePng} from './png.ts';
import {thumbnail} from './thumbnail.ts';

const width = 300;
const height = 200;
/** Plotly's own first colours, red green blue. */
const colours = [
  [99, 110, 250],
  [239, 85, 59],
  [0, 204, 150],
  [171, 99, 250],
] as const;

interface Trace {
  readonly x?: unknown;
  readonly y?: unknown;
  readonly z?: unknown;
}

/**
 * A small PNG of a Plotly figure: its lines in Plotly's colours, or its first heat map.
 *
 * Drawing the figure itself needs a browser; this is enough to recognise it in a table. Undefined when there is nothing we can sketch.
 */
export function sketchPlotly(json: string): Uint8Array | undefined {
  const {data = []} = JSON.parse(json) as {data?: Trace[]};
  const grid = data.map(({z}) => gridOf(z)).find((array) => array !== undefined);
  if (grid) return thumbnail(grid, {rowsUpward: true});
  const lines = data.flatMap(({x, y}) => lineOf(x, y));
  return lines.length > 0 ? drawLines(lines) : undefined;
}

export interface Line {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

function lineOf(x: unknown, y: unknown): Line[] {
  const ys = numbersOf(y);
  if (ys.length === 0) return [];
  const xs = numbersOf(x);
  return [{x: xs.length === ys.length && xs.every(Number.isFinite) ? xs : ys.map((_, i) => i), y: ys}];
}

const packedTypes = {
  i1: Int8Array,
  u1: Uint8Array,
  i2: Int16Array,
  u2: Uint16Array,
  i4: Int32Array,
  u4: Uint32Array,
  f4: Float32Array,
  f8: Float64Array,
} as const;

/** Numbers as Plotly's JSON has them: a list, or a typed array packed as base64. */
function numbersOf(value: unknown): number[] {
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'number' ? item : Number.NaN));
  const packed = value as {dtype?: unknown; bdata?: unknown} | null | undefined;
  if (typeof packed?.bdata !== 'string') return [];
  const arrayType = packedTypes[packed.dtype as keyof typeof packedTypes];
  if (!arrayType) return [];
  const bytes = Uint8Array.from(Buffer.from(packed.bdata, 'base64'));
  return Array.from(new arrayType(bytes.buffer, 0, Math.floor(bytes.length / arrayType.BYTES_PER_ELEMENT)));
}

function gridOf(z: unknown): NDArray | undefined {
  const packed = z as {shape?: unknown} | null | undefined;
  const isList = Array.isArray(z) && z.length > 0 && Array.isArray(z[0]);
  const shape = isList
    ? [z.length, (z[0] as unknown[]).length]
    : (typeof packed?.shape === 'string' ? packed.shape : '').split(',').map(Number);
  if (shape.length !== 2 || !shape.every((extent) => extent > 0)) return undefined;
  const data = Float64Array.from(isList ? (z as unknown[]).flatMap(numbersOf) : numbersOf(z));
  return data.length === (shape[0] as number) * (shape[1] as number) ? {dtype: 'float64', shape, data} : undefined;
}

/** Lines as a PNG of 300 × 200 pixels, each with its own scale of colours. */
export function drawLines(lines: readonly Line[]): Uint8Array {
  const rgba = new Uint8Array(width * height * 4).fill(255);
  const toColumn = scale(
    lines.flatMap(({x}) => x),
    4,
    width - 5,
  );
  const toRow = scale(
    lines.flatMap(({y}) => y),
    height - 5,
    4,
  );
  lines.forEach(({x, y}, n) => {
    for (let i = 1; i < y.length; i++) {
      const ends = [toColumn(x[i - 1] as number), toRow(y[i - 1] as number), toColumn(x[i] as number), toRow(y[i] as number)] as const;
      if (ends.every(Number.isFinite)) drawSegment(rgba, ends, colours[n % colours.length] as readonly number[]);
    }
  });
  return encodePng(rgba, width, height);
}

function scale(values: readonly number[], from: number, to: number): (value: number) => number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return (value) => (high > low ? from + ((value - low) / (high - low)) * (to - from) : (from + to) / 2);
}

function drawSegment(rgba: Uint8Array, [x0, y0, x1, y1]: readonly [number, number, number, number], colour: readonly number[]): void {
  const steps = Math.max(1, Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))));
  for (let i = 0; i <= steps; i++) {
    const column = Math.round(x0 + ((x1 - x0) * i) / steps);
    const row = Math.round(y0 + ((y1 - y0) * i) / steps);
    for (const thick of [0, 1]) rgba.set(colour, ((row + thick) * width + column) * 4);
  }
}
