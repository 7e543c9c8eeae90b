import type {SchemaElement} from 'hyparquet';
import {fileWriter, ParquetWriter} from 'hyparquet-writer';
import {type ExportColumn, type ExportRow, isArray, isComplex, isPicture, type StoredSummary} from './model.ts';
import type {ExportSource} from './source.ts';
import {arrayJson, microsecondsOf, summaryText} from './text.ts';

/** A column of the file: most of ours are one, a complex number is two. */
interface FileColumn {
  readonly element: SchemaElement;
  readonly valueOf: (row: ExportRow) => unknown;
}

const rowsOfGroup = 1000; // so many are in memory at once
const timestamp = {type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS'} as const;

/**
 * Writes the table as Parquet: integers, real numbers (NaN is NaN, nothing is null), booleans, texts, complex numbers as NAME.re and NAME.im, pictures as PNG bytes,
 * arrays as JSON. The file's metadata has `firstlight.columns`: titles, units, descriptions and tags by name. Yields the rows done.
 */
export function* writeParquet(source: ExportSource, path: string): Generator<number> {
  const columns = [...runColumns(), ...source.columns.flatMap(fileColumns)];
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: [{name: 'table', num_children: columns.length}, ...columns.map(({element}) => element)],
    kvMetadata: [{key: 'firstlight.columns', value: JSON.stringify(describe(source.columns))}],
    createdBy: 'Firstlight',
  });
  let rows: ExportRow[] = [];
  let done = 0;
  const flush = (): void => {
    const columnData = columns.map(({element, valueOf}) => ({name: element.name, data: rows.map(valueOf)}));
    if (rows.length > 0) void writer.write({columnData, rowGroupSize: rowsOfGroup});
    rows = [];
  };
  for (const row of source.rows()) {
    if (rows.push(row) === rowsOfGroup) flush();
    yield ++done;
  }
  flush();
  void writer.finish();
}

const optional = (name: string, element: Partial<SchemaElement>): SchemaElement => ({name, repetition_type: 'OPTIONAL', ...element});
const int64 = {type: 'INT64'} as const;
const real = {type: 'DOUBLE'} as const;
const text = {type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: {type: 'STRING'}} as const;

const runColumns = (): FileColumn[] => [
  {element: {name: 'proposal', repetition_type: 'REQUIRED', ...int64}, valueOf: ({proposal}) => BigInt(proposal)},
  {element: {name: 'run', repetition_type: 'REQUIRED', ...int64}, valueOf: ({run}) => BigInt(run)},
  {
    element: optional('start_time', {...int64, converted_type: 'TIMESTAMP_MICROS', logical_type: timestamp}),
    valueOf: ({startTime}) => (startTime === null ? null : microsecondsOf(startTime)),
  },
];

function fileColumns({name, label, columnType}: ExportColumn): FileColumn[] {
  const column = (element: SchemaElement, convert: (summary: StoredSummary) => unknown): FileColumn => ({
    element,
    valueOf: ({cells}) => convert(cells.get(name)?.summary ?? null) ?? null,
  });
  switch (columnType) {
    case 'integer':
      return [column(optional(label, int64), (summary) => summary)];
    case 'real':
      return [column(optional(label, real), (summary) => (summary === null ? null : Number(summary)))];
    case 'boolean':
      return [column(optional(label, {type: 'BOOLEAN'}), (summary) => (summary === null ? null : Boolean(summary)))];
    case 'complex':
      return [
        column(optional(`${label}.re`, real), (summary) => (isComplex(summary) ? summary.re : null)),
        column(optional(`${label}.im`, real), (summary) => (isComplex(summary) ? summary.im : null)),
      ];
    case 'picture':
      return [column(optional(label, {type: 'BYTE_ARRAY'}), (summary) => (isPicture(summary) ? summary.png : null))];
    case 'array':
      return [column(optional(label, text), (summary) => (isArray(summary) ? arrayJson(summary) : null))];
    default:
      return [column(optional(label, text), (summary) => (summary === null ? null : summaryText(summary)))];
  }
}

const describe = (columns: readonly ExportColumn[]): Record<string, object> =>
  Object.fromEntries(
    columns.map(({label, title, units, description, tags, columnType}) => [label, {title, units, description, tags, type: columnType}]),
  );
