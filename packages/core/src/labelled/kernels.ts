/** Operations on two numbers, a row at a time. A loop of its own for each, because a call per element would cost more than the arithmetic. */
type BinaryKernel = (a: Float64Array, b: Float64Array, out: Float64Array, length: number) => void;
type UnaryKernel = (a: Float64Array, length: number) => void;

const at = (values: Float64Array, i: number): number => values[i] as number;

export const binaryKernels = {
  add: (a, b, out, n) => {
    for (let i = 0; i < n; i++) out[i] = at(a, i) + at(b, i);
  },
  sub: (a, b, out, n) => {
    for (let i = 0; i < n; i++) out[i] = at(a, i) - at(b, i);
  },
  mul: (a, b, out, n) => {
    for (let i = 0; i < n; i++) out[i] = at(a, i) * at(b, i);
  },
  div: (a, b, out, n) => {
    for (let i = 0; i < n; i++) out[i] = at(a, i) / at(b, i);
  },
  pow: (a, b, out, n) => {
    // numpy gives 1 for 1 to the power of NaN, JavaScript NaN.
    for (let i = 0; i < n; i++) out[i] = at(a, i) === 1 ? 1 : at(a, i) ** at(b, i);
  },
  gt: (a, b, out, n) => {
    for (let i = 0; i < n; i++) out[i] = Number(at(a, i) > at(b, i));
  },
  ge: (a, b, out, n) => {
    for (let i = 0; i < n; i++) out[i] = Number(at(a, i) >= at(b, i));
  },
  lt: (a, b, out, n) => {
    for (let i = 0; i < n; i++) out[i] = Number(at(a, i) < at(b, i));
  },
  le: (a, b, out, n) => {
    for (let i = 0; i < n; i++) out[i] = Number(at(a, i) <= at(b, i));
  },
  eq: (a, b, out, n) => {
    for (let i = 0; i < n; i++) out[i] = Number(at(a, i) === at(b, i));
  },
  ne: (a, b, out, n) => {
    for (let i = 0; i < n; i++) out[i] = Number(at(a, i) !== at(b, i));
  },
  and: (a, b, out, n) => {
    for (let i = 0; i < n; i++) out[i] = Number(at(a, i) !== 0 && at(b, i) !== 0);
  },
  or: (a, b, out, n) => {
    for (let i = 0; i < n; i++) out[i] = Number(at(a, i) !== 0 || at(b, i) !== 0);
  },
} as const satisfies Record<string, BinaryKernel>;

export type BinaryName = keyof typeof binaryKernels;
export type ArithmeticName = 'add' | 'sub' | 'mul' | 'div' | 'pow';

export const isArithmetic = (name: BinaryName): name is ArithmeticName => ['add', 'sub', 'mul', 'div', 'pow'].includes(name);

/** Equality across types, where a number may meet a bigint: `3n === 3` does not hold. NaN is not even itself. */
const same = (a: bigint, b: bigint): boolean => {
  if (typeof a === typeof b) return a === b;
  return a <= b ? a >= b : false;
};

/** The same for what float64 cannot hold: 64-bit integers and texts. */
export const exactOperations: Partial<Record<BinaryName, (a: never, b: never) => unknown>> = {
  add: (a: bigint, b: bigint) => a + b,
  sub: (a: bigint, b: bigint) => a - b,
  mul: (a: bigint, b: bigint) => a * b,
  gt: (a: bigint, b: bigint) => a > b,
  ge: (a: bigint, b: bigint) => a >= b,
  lt: (a: bigint, b: bigint) => a < b,
  le: (a: bigint, b: bigint) => a <= b,
  eq: same,
  ne: (a: bigint, b: bigint) => !same(a, b),
};

/** Functions of one number, in place. */
export const unaryKernels = {
  neg: (a, n) => {
    for (let i = 0; i < n; i++) a[i] = -at(a, i);
  },
  abs: (a, n) => {
    for (let i = 0; i < n; i++) a[i] = Math.abs(at(a, i));
  },
  sqrt: (a, n) => {
    for (let i = 0; i < n; i++) a[i] = Math.sqrt(at(a, i));
  },
  exp: (a, n) => {
    for (let i = 0; i < n; i++) a[i] = Math.exp(at(a, i));
  },
  log: (a, n) => {
    for (let i = 0; i < n; i++) a[i] = Math.log(at(a, i));
  },
  log10: (a, n) => {
    for (let i = 0; i < n; i++) a[i] = Math.log10(at(a, i));
  },
} as const satisfies Record<string, UnaryKernel>;

export type UnaryName = keyof typeof unaryKernels;
