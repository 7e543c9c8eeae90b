import type {NDArray, TypedArray, WireSummary} from '@firstlight/core';

type WireNumber = number | 'NaN' | 'Infinity' | '-Infinity';

const wireNumber = (value: number): WireNumber => (Number.isFinite(value) ? value : (String(value) as WireNumber));

/** A stored summary as the runner protocol carries it. */
export function wireSummary(stored: NDArray | string | null, isTrendline: boolean): WireSummary {
  if (stored === null) return null;
  if (typeof stored === 'string') return {text: stored};
  const {dtype, shape, data} = stored;
  if (dtype === 'string' || !ArrayBuffer.isView(data)) return {text: String(data[0] ?? '')};
  if (isTrendline) return {trendline: trendlineOf(data, shape[1] as number)};
  if (dtype === 'uint8' && shape.length === 1 && data[0] === 0x89)
    return {png: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')};
  if (shape.length > 0) return {array: {dtype, shape: [...shape]}};
  if (dtype === 'complex64' || dtype === 'complex128') return {re: wireNumber(data[0] as number), im: wireNumber(data[1] as number)};
  if (dtype === 'bool') return data[0] !== 0;
  const value = data[0] as number | bigint;
  return typeof value === 'bigint' && !Number.isSafeInteger(Number(value)) ? {int: String(value)} : wireNumber(Number(value));
}

const trendlineOf = (data: TypedArray, points: number): {x: WireNumber[]; y: WireNumber[]} => {
  const numbers = Array.from(data as ArrayLike<number | bigint>, (value) => wireNumber(Number(value)));
  return {x: numbers.slice(0, points), y: numbers.slice(points)};
};
