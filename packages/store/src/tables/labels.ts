import type {DType} from '@firstlight/core';
import type {Labels} from '../netcdf/read.ts';
import {type CountedIndex, type TableColumn, type TableSchema, tableSchema} from './schema.ts';

/** What a pandas table holds, as xarray would have it. */
export interface TableLabels {
  /** Of a Series: its own name. */
  readonly name: string | null;
  /** The columns. */
  readonly columns: Labels['arrays'];
  /** The levels of the index, coordinates along it. */
  readonly index: Labels['arrays'];
}

/** Describes a pandas table from the end of its file, without reading its rows. */
export function tableLabels(bytes: Uint8Array): TableLabels {
  const schema = tableSchema(bytes);
  const {columns, index, rows} = schema;
  const dims = [dimensionOf(schema)];
  const labels = (name: string, dtype: DType, attrs: TableColumn['attrs'], coordinate: boolean): Labels['arrays'][number] => ({
    name,
    dtype,
    shape: [rows],
    dims,
    attrs,
    coordinate,
  });
  return {
    name: columns[0]?.name ?? null,
    columns: columns.map((column, i) => labels(columnName(column, i), column.dtype, column.attrs, false)),
    index: isCounted(index)
      ? [labels(dims[0] as string, 'int64', {}, true)]
      : index.map((level, i) => labels(levelName(level, i, schema), level.dtype, level.attrs, true)),
  };
}

export const columnName = ({name}: TableColumn, i: number): string => name ?? String(i);

/** The name of the rows: that of the index, unless a column has it. */
export function dimensionOf({index, columns}: TableSchema): string {
  const own = (isCounted(index) ? index.name : index.length === 1 ? index[0]?.name : null) ?? 'index';
  return columns.some(({name}) => name === own) ? `${own}_` : own;
}

export const isCounted = (index: TableSchema['index']): index is CountedIndex => 'start' in index;

/** The name of a level of the index. */
export const levelName = (level: TableColumn, i: number, schema: TableSchema): string =>
  (schema.index as readonly TableColumn[]).length === 1 ? dimensionOf(schema) : (level.name ?? `level_${i}`);
