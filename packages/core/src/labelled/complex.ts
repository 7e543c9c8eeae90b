import type {DType} from '../array.ts';
import {sizeOf} from '../array.ts';
import type {Operand} from './arithmetic.ts';
import {allocate, arithmeticType, isComplex} from './elements.ts';
import type {BinaryName} from './kernels.ts';
import type {Strided} from './strided.ts';
import {contiguous, convertRepeated, forEachRow, viewOf} from './strided.ts';

type Pair = readonly [re: number, im: number];

const operations: Partial<Record<BinaryName, (a: number, b: number, c: number, d: number) => Pair>> = {
  add: (a, b, c, d) => [a + c, b + d],
  sub: (a, b, c, d) => [a - c, b - d],
  mul: (a, b, c, d) => [a * c - b * d, a * d + b * c],
  div: (a, b, c, d) => {
    const size = c * c + d * d;
    return [(a * c + b * d) / size, (b * c - a * d) / size];
  },
  eq: (a, b, c, d) => [Number(a === c && b === d), 0],
  ne: (a, b, c, d) => [Number(a !== c || b !== d), 0],
};

/** Complex numbers element by element; they have no order, so they are only equal or not. */
export function complexBinary(name: BinaryName, a: Operand, b: Operand, shape: readonly number[]): Strided {
  const operation = operations[name];
  if (!operation) throw new TypeError(`"${name}" has no meaning for complex numbers; take .abs(), .real() or .imag() first.`);
  const common = typeOf(a, b);
  const [left, right] = [convertRepeated(a.view, common), convertRepeated(b.view, common)];
  const dtype = name === 'eq' || name === 'ne' ? 'bool' : common;
  const out = allocate(dtype, sizeOf(shape)) as Float64Array;
  let at = 0;
  forEachRow(shape, [left, right], ([startA = 0, startB = 0], [stepA = 0, stepB = 0], length) => {
    const [x, y] = [left.data as Float64Array, right.data as Float64Array];
    for (let i = 0; i < length; i++) {
      const [p, q] = [2 * (startA + i * stepA), 2 * (startB + i * stepB)];
      const [re, im] = operation(x[p] as number, x[p + 1] as number, y[q] as number, y[q + 1] as number);
      out[at++] = re;
      if (dtype !== 'bool') out[at++] = im;
    }
  });
  return viewOf({dtype, shape, data: out});
}

function typeOf(a: Operand, b: Operand): DType {
  if (a.isWeak || b.isWeak) {
    const {dtype} = a.isWeak ? b.view : a.view;
    if (isComplex(dtype)) return dtype;
    return arithmeticType(dtype, 'complex64');
  }
  return arithmeticType(a.view.dtype, b.view.dtype);
}

const realType = (dtype: DType): DType => (dtype === 'complex64' ? 'float32' : 'float64');

/** One real number of each complex one: its real part, imaginary part, or absolute value. */
export function complexPart(part: 'real' | 'imag' | 'abs', view: Strided): Strided {
  const {data, shape} = contiguous(view);
  const parts = data as Float64Array;
  const out = allocate(realType(view.dtype), sizeOf(shape)) as Float64Array;
  for (let i = 0; i < out.length; i++) {
    const [re, im] = [parts[2 * i] as number, parts[2 * i + 1] as number];
    out[i] = part === 'abs' ? Math.hypot(re, im) : part === 'real' ? re : im;
  }
  return viewOf({dtype: realType(view.dtype), shape, data: out});
}

/** Puts real and imaginary parts together. */
export function joinParts(re: Strided, im: Strided, dtype: DType): Strided {
  const [reals, imaginaries] = [contiguous(re).data as Float64Array, contiguous(im).data as Float64Array];
  const out = allocate(dtype, reals.length) as Float64Array;
  for (let i = 0; i < reals.length; i++) {
    out[2 * i] = reals[i] as number;
    out[2 * i + 1] = imaginaries[i] as number;
  }
  return viewOf({dtype, shape: re.shape, data: out});
}

/** The same with both parts NaN where one is, so that such a number is left out as a whole. */
export function wholeNaN(view: Strided): Strided {
  const {dtype, data, shape} = contiguous(view);
  const parts = (data as Float64Array).slice();
  for (let i = 0; i < parts.length; i += 2)
    if (Number.isNaN((parts[i] as number) + (parts[i + 1] as number))) parts.fill(Number.NaN, i, i + 2);
  return viewOf({dtype, shape, data: parts});
}
