import type {DType} from '../array.ts';
import {sizeOf} from '../array.ts';
import {allocate} from './elements.ts';
import type {Places} from './reduce.ts';
import type {Strided} from './strided.ts';
import {forEachRow, viewOf} from './strided.ts';

const sumType = (dtype: DType): DType => (dtype.startsWith('uint') ? 'uint64' : 'int64');
/** A sum of so many 32-bit integers is still exact as float64. */
const exactCount = 2 ** 21;

/** The sum of integers or booleans as 64-bit integers, as numpy; beyond their range it wraps around. */
export function exactSum({dtype}: Strided, {shape, input, output}: Places, count: number): Strided {
  const sums = allocate(sumType(dtype), sizeOf(shape)) as BigInt64Array;
  const isSmall = !dtype.endsWith('64') && count <= exactCount;
  const numbers = new Float64Array(isSmall ? sums.length : 0);
  forEachRow(input.shape, [input, output], ([start = 0, at = 0], [step = 0, outStep = 0], length) => {
    const data = input.data as Float64Array;
    if (isSmall) {
      for (let i = 0; i < length; i++) {
        const to = at + i * outStep;
        numbers[to] = (numbers[to] as number) + (data[start + i * step] as number);
      }
    } else {
      for (let i = 0; i < length; i++) {
        const to = at + i * outStep;
        sums[to] = (sums[to] as bigint) + BigInt(data[start + i * step] as number);
      }
    }
  });
  numbers.forEach((sum, i) => (sums[i] = BigInt(sum)));
  return viewOf({dtype: sumType(dtype), shape, data: sums});
}

/** The smallest or largest 64-bit integers. */
export function exactExtreme(name: 'min' | 'max', {dtype}: Strided, {shape, input, output}: Places): Strided {
  const best = allocate(dtype, sizeOf(shape)) as BigInt64Array;
  const isSeen = new Uint8Array(best.length);
  forEachRow(input.shape, [input, output], ([start = 0, at = 0], [step = 0, outStep = 0], length) => {
    for (let i = 0; i < length; i++) {
      const to = at + i * outStep;
      const value = input.data[start + i * step] as bigint;
      const current = best[to] as bigint;
      if (isSeen[to] === 0 || (name === 'max' ? value > current : value < current)) best[to] = value;
      isSeen[to] = 1;
    }
  });
  return viewOf({dtype, shape, data: best});
}
