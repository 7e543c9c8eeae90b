import {inflateSync} from 'node:zlib';
import type {Picture} from '../results.ts';
import {unfilter} from './unfilter.ts';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Colour types of PNG: how many samples make a pixel. */
const samplesOf: Readonly<Record<number, number>> = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4};
const palette = 3;
/** Bigger pictures are a mistake, or an attack. */
const mostPixels = 100_000_000;

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
}

/**
 * The picture in the bytes of a PNG file, to return from a variable: what a plotting library drew, or a file read from disk.
 *
 * @example
 * png(readFileSync('/gpfs/…/overview.png'));
 * @throws TypeError for what is no PNG, or an interlaced one.
 */
export function png(bytes: Uint8Array): Picture {
  if (signature.some((byte, i) => bytes[i] !== byte)) {
    throw new TypeError('png() wants the bytes of a PNG file; this is something else. For the text of an SVG drawing there is svg().');
  }
  const chunks = chunksOf(bytes);
  const header = headerOf(chunks.get('IHDR')?.[0]);
  const {width, height, depth, colour} = header;
  const bits = depth * (samplesOf[colour] as number);
  const stride = Math.ceil((width * bits) / 8);
  const packed = inflateSync(Buffer.concat(chunks.get('IDAT') ?? []), {maxOutputLength: (stride + 1) * height + 1});
  if (packed.length < (stride + 1) * height) throw new TypeError('The PNG ends too early: some of its rows are missing.');
  const rows = unfilter(packed, {stride, height, pixelBytes: Math.max(1, bits >> 3)});
  return {rgba: toRgba(rows, stride, header, chunks), width, height};
}

type Chunks = ReadonlyMap<string, readonly Uint8Array[]>;

function chunksOf(bytes: Uint8Array): Chunks {
  const chunks = new Map<string, Uint8Array[]>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = signature.length; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    chunks.set(type, [...(chunks.get(type) ?? []), bytes.subarray(at + 8, at + 8 + length)]);
    at += 12 + length;
  }
  return chunks;
}

function headerOf(header: Uint8Array | undefined): Header {
  if (!header || header.length < 13) throw new TypeError('The PNG has no header; the file is damaged.');
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [width, height, depth, colour] = [view.getUint32(0), view.getUint32(4), view.getUint8(8), view.getUint8(9)];
  if (!(colour in samplesOf) || ![1, 2, 4, 8, 16].includes(depth)) throw new TypeError(`The PNG has an unknown colour type, ${colour}.`);
  if (view.getUint8(12) !== 0) throw new TypeError('The PNG is interlaced, which png() does not read; save it without interlacing.');
  if (width === 0 || height === 0 || width * height > mostPixels) throw new TypeError(`A PNG of ${width} × ${height} pixels is not shown.`);
  return {width, height, depth, colour};
}

function toRgba(rows: Uint8Array, stride: number, {width, height, depth, colour}: Header, chunks: Chunks): Uint8Array {
  const samples = samplesOf[colour] as number;
  const [colours, alphas] = [chunks.get('PLTE')?.[0], chunks.get('tRNS')?.[0]];
  const rgba = new Uint8Array(4 * width * height);
  const pixel = new Float64Array(4);
  const scale = colour === palette ? 1 : 255 / (2 ** depth - 1);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      for (let k = 0; k < samples; k++) pixel[k] = sampleAt(rows, y * stride, x * samples + k, depth);
      const [a, b, c, d] = pixel as unknown as [number, number, number, number];
      if (colour === palette) {
        for (let k = 0; k < 3; k++) rgba[at + k] = colours?.[3 * a + k] ?? 0;
        rgba[at + 3] = alphas?.[a] ?? 255;
        continue;
      }
      const isGrey = samples < 3;
      const alpha = samples === 2 ? b : d;
      rgba[at] = Math.round(a * scale);
      rgba[at + 1] = Math.round((isGrey ? a : b) * scale);
      rgba[at + 2] = Math.round((isGrey ? a : c) * scale);
      rgba[at + 3] = samples % 2 === 0 ? Math.round(alpha * scale) : isTransparent(alphas, isGrey ? [a] : [a, b, c]) ? 0 : 255;
    }
  }
  return rgba;
}

/** The n-th sample of a row: of 16, 8, or fewer bits. */
function sampleAt(rows: Uint8Array, rowStart: number, n: number, depth: number): number {
  if (depth === 8) return rows[rowStart + n] as number;
  if (depth === 16) return ((rows[rowStart + 2 * n] as number) << 8) | (rows[rowStart + 2 * n + 1] as number);
  const bit = n * depth;
  return ((rows[rowStart + (bit >> 3)] as number) >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
}

/** A PNG without opacity may name one colour that is transparent. */
const isTransparent = (chunk: Uint8Array | undefined, samples: readonly number[]): boolean =>
  chunk !== undefined && samples.every((sample, k) => sample === (((chunk[2 * k] as number) << 8) | (chunk[2 * k + 1] as number)));
