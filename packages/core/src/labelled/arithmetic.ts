import type {DType, NDArray} from '../array.ts';
import {sizeOf} from '../array.ts';
import {complexBinary} from './complex.ts';
import {allocate, arithmeticType, floatTypeOf, fromFloat64, isBig, isComplex, isFloat, requireReal} from './elements.ts';
import type {BinaryName, UnaryName} from './kernels.ts';
import {binaryKernels, exactOperations, isArithmetic, unaryKernels} from './kernels.ts';
import type {Strided} from './strided.ts';
import {convertRepeated, forEachRow, gather, rowMajor, viewOf} from './strided.ts';

/** Elements worked on at once: their float64 copies stay in the processor's nearest cache. */
const blockSize = 2048;

/** A single number beside an array does not widen its type, as in numpy: it is given no type of its own. */
export interface Operand {
  readonly view: Strided;
  readonly isWeak: boolean;
}

/** Two arrays of one shape (axes of step 0 where one is broadcast) element by element. */
export function binary(name: BinaryName, a: Operand, b: Operand, shape: readonly number[]): Strided {
  const types = [a.view.dtype, b.view.dtype];
  if (types.some(isComplex)) return complexBinary(name, a, b, shape);
  if (isArithmetic(name) || !types.includes('string')) for (const dtype of types) if (dtype === 'string') requireReal(dtype, `"${name}"`);
  const dtype = isArithmetic(name) ? resultType(name, a, b) : 'bool';
  const isExact = isBig(dtype) || (dtype === 'bool' && types.some((type) => isBig(type) || type === 'string'));
  return isExact ? binaryExact(name, a.view, b.view, shape, dtype) : binaryFloat(name, a.view, b.view, shape, dtype);
}

function resultType(name: BinaryName, a: Operand, b: Operand): DType {
  const [wide, weak] = a.isWeak ? [b, a] : [a, b];
  const dtype = weak.isWeak ? weakType(wide.view.dtype, weak.view) : arithmeticType(a.view.dtype, b.view.dtype);
  return isBig(dtype) && !(name in exactOperations) ? 'float64' : dtype;
}

function weakType(dtype: DType, number: Strided): DType {
  if (isFloat(dtype)) return dtype;
  return isBig(dtype) && (isBig(number.dtype) || Number.isSafeInteger(number.data[number.offset])) ? dtype : 'float64';
}

function binaryFloat(name: BinaryName, a: Strided, b: Strided, shape: readonly number[], dtype: DType): Strided {
  const kernel = binaryKernels[name];
  const out = allocate(dtype, sizeOf(shape)) as Float64Array;
  const [left, right, result] = [new Float64Array(blockSize), new Float64Array(blockSize), new Float64Array(blockSize)];
  let at = 0;
  forEachRow(shape, [a, b], ([startA = 0, startB = 0], [stepA = 0, stepB = 0], length) => {
    for (let done = 0; done < length; done += blockSize) {
      const count = Math.min(blockSize, length - done);
      gather(a.data, startA + done * stepA, stepA, count, left);
      gather(b.data, startB + done * stepB, stepB, count, right);
      kernel(left, right, result, count);
      put(result, count, out, at);
      at += count;
    }
  });
  return viewOf({dtype, shape, data: out});
}

function put(block: Float64Array, count: number, out: Float64Array, at: number): void {
  if (count > 16) out.set(count === block.length ? block : block.subarray(0, count), at);
  else for (let i = 0; i < count; i++) out[at + i] = block[i] as number;
}

function binaryExact(name: BinaryName, a: Strided, b: Strided, shape: readonly number[], dtype: DType): Strided {
  const operation = exactOperations[name] as (a: unknown, b: unknown) => unknown;
  if (!operation) throw new TypeError(`"${name}" has no meaning for 64-bit integers or texts; .astype('float64') or 'bool' first.`);
  const out = allocate(dtype, sizeOf(shape)) as unknown as (bigint | number)[];
  const [left, right] = [a.data, b.data] as const;
  const mustConvert = dtype !== 'bool';
  const read = (data: Strided['data'], index: number) => (mustConvert ? BigInt(data[index] as number) : data[index]);
  let at = 0;
  forEachRow(shape, [a, b], ([startA = 0, startB = 0], [stepA = 0, stepB = 0], length) => {
    for (let i = 0; i < length; i++) {
      const value = operation(read(left, startA + i * stepA), read(right, startB + i * stepB));
      out[at++] = typeof value === 'boolean' ? Number(value) : (value as bigint);
    }
  });
  return viewOf({dtype, shape, data: out as unknown as NDArray['data']});
}

/** A function of each element. */
export function unary(name: UnaryName, view: Strided): Strided {
  requireReal(view.dtype, `"${name}"`);
  const keepsIntegers = name === 'neg' || name === 'abs';
  if (keepsIntegers && isBig(view.dtype))
    return mapExact(view, name === 'neg' ? (value) => -value : (value) => (value < 0n ? -value : value));
  const kernel = unaryKernels[name];
  const {shape} = view;
  const out = new Float64Array(sizeOf(shape));
  let at = 0;
  forEachRow(shape, [view], ([start = 0], [step = 0], length) => {
    gather(view.data, start, step, length, out, at);
    at += length;
  });
  kernel(out, out.length);
  return viewOf(fromFloat64(out, shape, floatTypeOf(view.dtype)));
}

function mapExact(view: Strided, change: (value: bigint) => bigint): Strided {
  const out = allocate(view.dtype, sizeOf(view.shape)) as BigInt64Array;
  let at = 0;
  forEachRow(view.shape, [view], ([start = 0], [step = 0], length) => {
    for (let i = 0; i < length; i++) out[at++] = change(view.data[start + i * step] as bigint);
  });
  return {...view, data: out, strides: rowMajor(view.shape), offset: 0};
}

/** Chooses between two arrays of one shape by a third of booleans. */
export function choose(condition: Strided, a: Strided, b: Strided, shape: readonly number[], dtype: DType): Strided {
  const isPlain = !isComplex(dtype) && !isBig(dtype) && dtype !== 'string';
  if (isPlain) return chooseFloat([condition, a, b], shape, dtype);
  return chooseAny(condition, convertRepeated(a, dtype), convertRepeated(b, dtype), shape, dtype);
}

function chooseFloat(views: readonly Strided[], shape: readonly number[], dtype: DType): Strided {
  const out = allocate(dtype, sizeOf(shape)) as Float64Array;
  const blocks = views.map(() => new Float64Array(blockSize));
  const [holds, values, others] = blocks as [Float64Array, Float64Array, Float64Array];
  let at = 0;
  forEachRow(shape, views, (starts, steps, length) => {
    for (let done = 0; done < length; done += blockSize) {
      const count = Math.min(blockSize, length - done);
      for (const [k, {data}] of views.entries()) {
        const step = steps[k] as number;
        gather(data, (starts[k] as number) + done * step, step, count, blocks[k] as Float64Array);
      }
      for (let i = 0; i < count; i++) if (holds[i] === 0) values[i] = others[i] as number;
      put(values, count, out, at);
      at += count;
    }
  });
  return viewOf({dtype, shape, data: out});
}

function chooseAny(condition: Strided, a: Strided, b: Strided, shape: readonly number[], dtype: DType): Strided {
  const width = isComplex(dtype) ? 2 : 1;
  const out = allocate(dtype, sizeOf(shape)) as Float64Array;
  let at = 0;
  forEachRow(shape, [condition, a, b], (starts, steps, length) => {
    const [startC, startA, startB] = starts as [number, number, number];
    const [stepC, stepA, stepB] = steps as [number, number, number];
    for (let i = 0; i < length; i++) {
      const holds = condition.data[startC + i * stepC];
      const [data, from] = holds ? [a.data, startA + i * stepA] : [b.data, startB + i * stepB];
      for (let part = 0; part < width; part++) out[at++] = data[from * width + part] as number;
    }
  });
  return viewOf({dtype, shape, data: out});
}
