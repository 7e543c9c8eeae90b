import {arrayTypeOf, type Coordinate, type DataArray, type Dataset, type DType, type NDArray} from '@firstlight/core';
import type {H5Dataset} from '@firstlight/hdf5';
import type {ColumnMetaData, DecodedArray, ParquetParsers} from 'hyparquet';
import {readColumn} from 'hyparquet/src/column.js';
import {DEFAULT_PARSERS} from 'hyparquet/src/convert.js';
import {getTreePath} from 'hyparquet/src/schema.js';
import {parquetSchema} from 'hyparquet';
import {columnName, dimensionOf, isCounted, levelName} from './labels.ts';
import {damagedTable, type TableColumn, type TableSchema, tableSchema, tooLarge} from './schema.ts';

/** How pandas tables are marked in a file. */
export type TableType = 'dataframe' | 'series';

export const isTable = (type: unknown): type is TableType => type === 'dataframe' || type === 'series';

const largestFile = 128 * 1024 * 1024;

/** The Parquet file in a dataset. Throws `damaged-value`, `too-large`. */
export function tableBytes(dataset: H5Dataset): Uint8Array {
  if (dataset.bytes > largestFile) throw tooLarge(`of ${Math.round(dataset.bytes / 1e6)} MB`);
  const {data} = dataset.type.dtype === 'uint8' ? dataset.read() : {data: undefined};
  if (data instanceof Uint8Array) return data;
  throw damagedTable(undefined);
}

/** A stored DataFrame as xarray would have it: each column an array along the index; several levels of an index are coordinates along it. */
export function readDataFrame(bytes: Uint8Array): Dataset {
  const schema = tableSchema(bytes);
  const dimension = dimensionOf(schema);
  const variables = schema.columns.map((column, i) => [
    columnName(column, i),
    {dims: [dimension], attrs: column.attrs, array: elementsOf(bytes, schema, column)},
  ]);
  return {kind: 'Dataset', variables: Object.fromEntries(variables), coords: indexOf(bytes, schema), attrs: {}};
}

/** A stored Series as xarray would have it. */
export function readSeries(bytes: Uint8Array): DataArray {
  const schema = tableSchema(bytes);
  const [column] = schema.columns;
  if (!column) throw damagedTable(undefined);
  const {name, attrs} = column;
  const array = elementsOf(bytes, schema, column);
  return {kind: 'DataArray', ...(name === null ? {} : {name}), dims: [dimensionOf(schema)], coords: indexOf(bytes, schema), attrs, array};
}

function indexOf(bytes: Uint8Array, schema: TableSchema): Record<string, Coordinate> {
  const {index, rows} = schema;
  const dims = [dimensionOf(schema)];
  if (isCounted(index)) {
    const data = BigInt64Array.from({length: rows}, (_, i) => BigInt(index.start + i * index.step));
    return {[dims[0] as string]: {dtype: 'int64', shape: [rows], data, dims}};
  }
  const levels = index.map((level, i) => [levelName(level, i, schema), {...elementsOf(bytes, schema, level), dims, attrs: level.attrs}]);
  return Object.fromEntries(levels) as Record<string, Coordinate>;
}

function elementsOf(bytes: Uint8Array, {metadata, rows}: TableSchema, {leaf, dtype}: TableColumn): NDArray {
  const path = leaf.path;
  const schemaPath = getTreePath(parquetSchema(metadata), path);
  const pieces = metadata.row_groups.flatMap(({columns, num_rows: length}) => {
    const meta = columns.find(({meta_data: own}) => own?.path_in_schema.join('.') === path.join('.'))?.meta_data;
    return meta ? decoded(bytes, meta, schemaPath, Number(length)) : [];
  });
  const values = pieces.flatMap((piece) => Array.from(piece as ArrayLike<unknown>));
  if (values.length !== rows) throw damagedTable(undefined);
  return {dtype, shape: [rows], data: typed(dtype, values)};
}

/** The pages of one column in one group of rows; nothing here waits, unlike in the library's own reader. */
function decoded(bytes: Uint8Array, meta: ColumnMetaData, schemaPath: ReturnType<typeof getTreePath>, rows: number): DecodedArray[] {
  const start = Number(meta.dictionary_page_offset ?? meta.data_page_offset);
  const part = bytes.slice(start, start + Number(meta.total_compressed_size));
  const element = schemaPath.at(-1)?.element;
  try {
    const reader = {view: new DataView(part.buffer, part.byteOffset, part.byteLength), offset: 0};
    const decoder = {...meta, pathInSchema: meta.path_in_schema, element: element as NonNullable<typeof element>, schemaPath, parsers};
    return readColumn(reader, {groupStart: 0, groupRows: rows, selectStart: 0, selectEnd: rows}, decoder).data;
  } catch (cause) {
    throw damagedTable(cause);
  }
}

/** Times to the last digit, as nanoseconds since 1970. */
const parsers: ParquetParsers = {
  ...DEFAULT_PARSERS,
  timestampFromMilliseconds: (value: bigint) => value * 1_000_000n,
  timestampFromMicroseconds: (value: bigint) => value * 1000n,
  timestampFromNanoseconds: (value: bigint) => value,
  dateFromDays: (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10),
};

const notATime = -(2n ** 63n);

function typed(dtype: DType, values: readonly unknown[]): NDArray['data'] {
  if (dtype === 'string') return values.map(text);
  if (dtype === 'int64' || dtype === 'uint64')
    return arrayTypeOf(dtype).from(
      values.map((value) => (value == null ? notATime : BigInt(value as number | bigint | boolean))),
    ) as BigInt64Array;
  return (arrayTypeOf(dtype) as typeof Float64Array).from(values, (value) => (value == null ? Number.NaN : Number(value)));
}

/** An element of a column of objects in words; what is missing is empty. */
function text(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}
