import {type DType, FirstlightError} from '@firstlight/core';
import {type ColumnMetaData, type FileMetaData, parquetMetadata, parquetSchema, type SchemaTree} from 'hyparquet';
import {z} from 'zod';

/** A column of a pandas table that is stored as a Parquet file. */
export interface TableColumn {
  /** As pandas calls it; null: it has no name. */
  readonly name: string | null;
  /** Its place in the file's schema. */
  readonly leaf: SchemaTree;
  /** What its elements become here. */
  readonly dtype: DType;
  readonly attrs: Readonly<Record<string, unknown>>;
}

/** The numbers of an index that is only counted. */
export interface CountedIndex {
  readonly name: string | null;
  readonly start: number;
  readonly step: number;
}

/** What a pandas table is, known without reading an element. */
export interface TableSchema {
  readonly metadata: FileMetaData;
  readonly rows: number;
  readonly columns: readonly TableColumn[];
  readonly index: readonly TableColumn[] | CountedIndex;
}

const name = z.union([z.string(), z.null(), z.unknown().transform((other) => JSON.stringify(other) ?? null)]);
const counted = z.object({kind: z.literal('range'), name: name.nullish(), start: z.number(), step: z.number()});
/** What pandas writes beside the columns. */
const pandas = z.object({
  index_columns: z.array(z.union([z.string(), counted])),
  columns: z.array(z.object({name, field_name: z.string(), pandas_type: z.string(), numpy_type: z.string()})),
});

type PandasColumn = z.infer<typeof pandas>['columns'][number];

const plainTypes: ReadonlySet<string> = new Set<DType>([
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'float16',
  'float32',
  'float64',
  'bool',
]);
const numericStorage: ReadonlySet<string | undefined> = new Set(['BOOLEAN', 'INT32', 'INT64', 'FLOAT', 'DOUBLE']);
const largestTable = 128 * 1024 * 1024; // bytes of its elements

/** Reads what a table is from the end of its file. Throws `damaged-value`, or `too-large` for one that would not fit into memory. */
export function tableSchema(bytes: Uint8Array): TableSchema {
  const metadata = parsed(bytes);
  const leaves = parquetSchema(metadata).children;
  const rows = Number(metadata.num_rows);
  const stored = Math.max(
    rows * leaves.length * 8,
    metadata.row_groups.reduce((sum, {columns}) => sum + uncompressed(columns), 0),
  );
  if (stored > largestTable) throw tooLarge(`of ${rows} rows and ${leaves.length} columns`);
  const said = pandasMetadata(metadata);
  const columnOf = (leaf: SchemaTree): TableColumn =>
    describe(
      leaf,
      said?.columns.find(({field_name: field}) => field === leaf.element.name),
    );
  const indexNames = said?.index_columns.filter((entry) => typeof entry === 'string') ?? [];
  const range = said?.index_columns.find((entry) => typeof entry !== 'string');
  // Lists and structures inside a cell have no place in an array.
  const flat = leaves.filter(({children}) => children.length === 0);
  return {
    metadata,
    rows,
    columns: flat.filter(({element}) => !indexNames.includes(element.name)).map(columnOf),
    index:
      indexNames.length > 0
        ? flat.filter(({element}) => indexNames.includes(element.name)).map(columnOf)
        : {name: range?.name ?? null, start: range?.start ?? 0, step: range?.step ?? 1},
  };
}

function parsed(bytes: Uint8Array): FileMetaData {
  try {
    return parquetMetadata(bytes.slice().buffer);
  } catch (cause) {
    throw damagedTable(cause);
  }
}

export const damagedTable = (cause: unknown): FirstlightError =>
  new FirstlightError(
    'damaged-value',
    'The stored table cannot be read, it is no Parquet file that is understood here. Compute it again.',
    {cause},
  );

export const tooLarge = (what: string): FirstlightError =>
  new FirstlightError(
    'too-large',
    `The table ${what} is larger than ${largestTable / 2 ** 20} MB, which is the most that is shown; read it with pandas.`,
  );

const uncompressed = (columns: readonly {meta_data?: ColumnMetaData}[]): number =>
  columns.reduce((sum, column) => sum + Number(column.meta_data?.total_uncompressed_size ?? 0), 0);

function pandasMetadata({key_value_metadata: pairs}: FileMetaData): z.infer<typeof pandas> | undefined {
  const text = pairs?.find(({key}) => key === 'pandas')?.value;
  try {
    return pandas.safeParse(JSON.parse(text ?? 'null')).data;
  } catch {
    return undefined; // a Parquet file of another program, without what pandas adds
  }
}

function describe(leaf: SchemaTree, said: PandasColumn | undefined): TableColumn {
  const {element} = leaf;
  // pandas calls a level of the index that has no name by its number.
  const own = said === undefined ? element.name : said.name;
  const base = {name: own, leaf};
  const type = said?.pandas_type === 'categorical' ? undefined : said?.numpy_type;
  if (type?.startsWith('datetime64'))
    return {...base, dtype: 'int64', attrs: {units: 'nanoseconds since 1970-01-01', calendar: 'proleptic_gregorian'}};
  if (type?.startsWith('timedelta64')) return {...base, dtype: 'int64', attrs: {units: 'nanoseconds'}};
  if (type !== undefined && plainTypes.has(type)) return {...base, dtype: type as DType, attrs: {}};
  // Types that have a place for "missing" become floats, which have NaN.
  return {...base, dtype: numericStorage.has(element.type) && !isDate(leaf) ? 'float64' : 'string', attrs: {}};
}

const isDate = ({element}: SchemaTree): boolean => {
  const kind = element.logical_type?.type ?? element.converted_type ?? '';
  return /DATE|TIME|DECIMAL/.test(kind);
};
