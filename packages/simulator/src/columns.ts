import {arrayTypeOf, sizeOf, type DType, type NDArray} from '@firstlight/core';

/** A unit as the data acquisition writes it: symbol and name of the unit and of its metric prefix. */
export interface Unit {
  readonly symbol: string;
  readonly name: string;
  readonly prefixSymbol?: string;
  readonly prefixName?: string;
}

/** One dataset of a source: what a row looks like and how the rows of some trains are made. */
export interface Column {
  /** Key with slashes, as in the file: `pulseEnergy/photonFlux`. */
  readonly path: string;
  readonly dtype: NumberType;
  readonly rowShape: readonly number[];
  readonly unit?: Unit;
  readonly rows: (trains: readonly number[]) => NDArray;
}

export type NumberType = Exclude<DType, 'string' | 'bool' | 'complex64' | 'complex128' | 'float16' | 'int64' | 'uint64'>;

interface ColumnOptions {
  readonly unit?: Unit;
}

/** The array that holds numbers of a type, `Float32Array` for `float32`. */
type ArrayOf<D extends NumberType> = InstanceType<ReturnType<typeof arrayTypeOf<D>>>;

/** A column with one number per train. */
export const numberColumn = (path: string, dtype: NumberType, valueOf: (train: number) => number, {unit}: ColumnOptions = {}): Column =>
  arrayColumn(path, dtype, [], (out, train) => void (out[0] = valueOf(train)), {unit});

/** A column with an array per train; `fill` gets the row's own piece of memory. */
export const arrayColumn = <D extends NumberType>(
  path: string,
  dtype: D,
  rowShape: readonly number[],
  fill: (out: ArrayOf<D>, train: number) => void,
  {unit}: ColumnOptions = {},
): Column => {
  const rows = (trains: readonly number[]): NDArray => {
    const rowSize = sizeOf(rowShape);
    const data = new (arrayTypeOf(dtype))(trains.length * rowSize);
    for (const [i, train] of trains.entries()) fill(data.subarray(i * rowSize, (i + 1) * rowSize) as ArrayOf<D>, train);
    return {dtype, shape: [trains.length, ...rowShape], data};
  };
  return {path, dtype, rowShape, rows, ...(unit && {unit})};
};

export const MICROJOULE: Unit = {symbol: 'J', name: 'joule', prefixSymbol: 'u', prefixName: 'micro'};
export const NANOMETRE: Unit = {symbol: 'm', name: 'metre', prefixSymbol: 'n', prefixName: 'nano'};
export const MILLIMETRE: Unit = {symbol: 'm', name: 'metre', prefixSymbol: 'm', prefixName: 'milli'};
