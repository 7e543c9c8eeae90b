import type {Attributes, RunId} from '@firstlight/core';
import {z} from 'zod';
import {hasColumn} from '../database/columns.ts';
import type {Connection} from '../database/connection.ts';
import {decodeSummary} from '../database/summaries.ts';
import {ColumnsBuilder, type StoredCell} from './columns-builder.ts';
import type {CellColumns, CellPage} from './table-model.ts';

const cellsOfPage = 20_000; // a short read: while we read, nobody can write

/**
 * Loads all stored cells of the newest runs, or of those from `upTo` downwards: about as many cells as asked for, and never a part of a run.
 *
 * In the order of DAMNIT's own index, so that a page costs the same wherever it is and however large the table.
 */
export function loadPage(connection: Connection, upTo: RunId | null, atLeast: number = cellsOfPage): CellPage {
  return connection.transaction(() => {
    const condition = upTo ? '(proposal, run) <= (?, ?)' : '1';
    const rows = selectRows(connection, condition, [...(upTo ? keyOf(upTo) : []), BigInt(atLeast + 1)]);
    const next = rows.length > atLeast ? runOf(rows.at(-1) as Row) : null;
    const whole = next ? withoutRun(rows, next) : rows;
    // One run alone has more cells than a page.
    if (whole.length === 0 && next) return loadPage(connection, upTo, 4 * atLeast);
    return {cells: columnsOf(connection, whole), next};
  })();
}

/** Loads the stored cells of one run, all or the named ones. */
export function loadCells(connection: Connection, run: RunId, names?: readonly string[]): {cells: CellColumns[]} {
  return connection.transaction(() => {
    const rows = selectRows(connection, 'proposal = ? AND run = ?', [...keyOf(run), -1n]);
    return {cells: [columnsOf(connection, names ? rows.filter(([, , name]) => names.includes(name)) : rows)]};
  })();
}

/** All pages of a table, the newest runs first. */
export function* pagesOf(connection: Connection): Generator<CellColumns> {
  for (let upTo: RunId | null = null; ; ) {
    const {cells, next}: CellPage = loadPage(connection, upTo);
    yield cells;
    if (next === null) return;
    upTo = next;
  }
}

const keyOf = ({proposal, run}: RunId): bigint[] => [BigInt(proposal), BigInt(run)];

/** `hint` says what `value` cannot: the type of bytes, the method where there is none, or that a text is an integer beyond 2^53. */
type Row = [
  proposal: number,
  run: number,
  name: string,
  value: unknown,
  maxDiff: unknown,
  attributes: unknown,
  hint: unknown,
  timestamp: unknown,
];

const runOf = ([proposal, run]: Row): RunId => ({proposal, run});

const isLarge = "(typeof(value) = 'integer' AND (value > 9007199254740991 OR value < -9007199254740991))";
// Of a picture only its signature is wanted here.
const valueColumn = `CASE WHEN typeof(value) = 'blob' AND substr(value, 1, 8) = x'89504e470d0a1a0a' THEN x'89504e470d0a1a0a'
  WHEN ${isLarge} THEN CAST(value AS TEXT) ELSE value END`;
const hintColumn = `CASE typeof(value) WHEN 'blob' THEN summary_type WHEN 'null' THEN summary_method WHEN 'integer' THEN iif(${isLarge}, 'integer', NULL) END`;
const newestFirst = 'ORDER BY proposal DESC, run DESC, name DESC, version DESC';

function selectRows(connection: Connection, condition: string, parameters: readonly bigint[]): Row[] {
  const attributes = hasColumn(connection, 'run_variables', 'attributes') ? 'attributes' : 'NULL';
  const query = `SELECT proposal, run, name, ${valueColumn}, max_diff, ${attributes}, ${hintColumn}, CASE typeof(value) WHEN 'blob' THEN timestamp END
    FROM run_variables WHERE ${condition} ${newestFirst} LIMIT ?`;
  return connection
    .prepare<bigint[], Row>(query)
    .raw()
    .all(...parameters);
}

/** Without the last run, which is perhaps not complete. */
const withoutRun = (rows: Row[], {proposal, run}: RunId): Row[] =>
  rows.slice(0, rows.findLastIndex((row) => row[1] !== run || row[0] !== proposal) + 1);

function columnsOf(connection: Connection, rows: readonly Row[]): CellColumns {
  const builder = new ColumnsBuilder(rows.length);
  const booleans = new Booleans(connection, rows);
  for (let begin = 0, end = 0; begin < rows.length; begin = end) {
    const [proposal, run] = rows[begin] as Row;
    end = begin + 1;
    while (end < rows.length && rows[end]?.[1] === run && rows[end]?.[0] === proposal) end += 1;
    builder.beginRun(proposal, run);
    // They come with their names backwards.
    for (let i = end - 1; i >= begin; i--) {
      const isOlder = i > begin && rows[i - 1]?.[2] === rows[i]?.[2];
      if (!isOlder) addRow(builder, rows[i] as Row, booleans);
    }
  }
  return builder.build();
}

function addRow(builder: ColumnsBuilder, row: Row, booleans: Booleans): void {
  const [, , name, value, maxDiff, attributes] = row;
  const isBoolean = booleans.take(row);
  if (typeof value === 'number' && attributes === null && !isBoolean) builder.addNumber(name, value);
  else builder.add(name, storedCell(row, isBoolean));
  if (maxDiff !== null) builder.setMaxDiff(Number(maxDiff));
}

function storedCell([, , , value, , text, hint, timestamp]: Row, isBoolean: boolean): StoredCell {
  const attributes = attributesOf(text);
  const state = stateOf(value, hint, attributes);
  const common = {state, attributes, timestamp: Number(timestamp)};
  if (state !== 'ok') return {...common, summary: null};
  if (isBoolean) return {...common, summary: value !== 0};
  const plain = hint === 'integer' && typeof value === 'string' ? BigInt(value) : value;
  return {...common, summary: decodeSummary(plain, hint, null, '')};
}

function stateOf(value: unknown, method: unknown, attributes: Attributes | null): StoredCell['state'] {
  if (value !== null) return 'ok';
  if (attributes?.error !== undefined || attributes?.error_cls !== undefined) return attributes.error_cls === 'Skip' ? 'skipped' : 'failed';
  return method === null ? 'none' : 'ok'; // NaN is NULL with a method (perhaps an empty one)
}

/** DAMNIT keeps the opacity of `#rrggbbaa` as a fourth number. */
const colour = z
  .tuple([z.number(), z.number(), z.number()])
  .rest(z.number())
  .transform(([red, green, blue]): [number, number, number] => [red, green, blue]);

/** Foreign programs write attributes, too: what is not as expected is left out. */
const storedAttributes = z.object({
  units: z.string().optional().catch(undefined),
  bold: z.boolean().optional().catch(undefined),
  background: colour.optional().catch(undefined),
  uncertainty: z.number().optional().catch(undefined),
  format: z.string().optional().catch(undefined),
  error: z.string().optional().catch(undefined),
  error_cls: z.string().optional().catch(undefined),
  where: z.string().optional().catch(undefined),
});

/** What a row's attributes say, as far as it is understood. */
export function attributesOf(text: unknown): Attributes | null {
  if (typeof text !== 'string') return null;
  try {
    const parsed = storedAttributes.parse(JSON.parse(text));
    return Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== undefined));
  } catch {
    return null; // not JSON: nothing in it that we could show
  }
}

/** Which of some rows are booleans, although SQLite has integers there. Few tables have any, so they are read apart, in the order in which they are asked for. */
class Booleans {
  readonly #rows: readonly [proposal: number, run: number, name: string][];
  #next = 0;

  constructor(connection: Connection, rows: readonly Row[]) {
    const [first, last] = [rows[0], rows.at(-1)];
    this.#rows = first && last && hasColumn(connection, 'fl_summary_kinds', 'kind') ? selectBooleans(connection, first, last) : [];
  }

  /** To be asked once of each row: the newest run first, and of each run by name. */
  take([proposal, run, name]: Row): boolean {
    const candidate = this.#rows[this.#next];
    if (candidate === undefined || candidate[2] !== name || candidate[1] !== run || candidate[0] !== proposal) return false;
    this.#next += 1;
    return true;
  }
}

// A kind counts only while its row is still the one that it was written for.
const booleansQuery = `SELECT kinds.proposal, kinds.run, kinds.name FROM fl_summary_kinds AS kinds CROSS JOIN run_variables AS stored
  ON stored.proposal = kinds.proposal AND stored.run = kinds.run AND stored.name = kinds.name AND stored.timestamp = kinds.timestamp
  WHERE kinds.kind = 'bool' AND (kinds.proposal, kinds.run) <= (?, ?) AND (kinds.proposal, kinds.run) >= (?, ?)
  ORDER BY kinds.proposal DESC, kinds.run DESC, kinds.name`;

const selectBooleans = (connection: Connection, first: Row, last: Row): [number, number, string][] =>
  connection
    .prepare<bigint[], [number, number, string]>(booleansQuery)
    .raw()
    .all(...keyOf(runOf(first)), ...keyOf(runOf(last)));
