import type {RunId} from '@firstlight/core';
import {z} from 'zod';
import type {Connection} from '../database/connection.ts';
import {decodeSummary} from '../database/summaries.ts';
import {ColumnsBuilder} from './columns-builder.ts';
import type {CellColumns, LoadedTable, TableRun, TableVariable} from './table-model.ts';

const rowsAtOnce = 20_000; // a short read: while we read, nobody can write

/** Loads all a folder's table shows, from a database of format version 1 to 4. */
export function loadTable(connection: Connection): LoadedTable {
  const variables = new VariableList(loadVariables(connection));
  const cells: CellColumns[] = [];
  for (let after = -1n; ; ) {
    const rows = selectRows(connection, 'run_variables.rowid > ? ORDER BY run_variables.rowid LIMIT ?', [after, BigInt(rowsAtOnce)]);
    if (rows.length === 0) break;
    cells.push(columnsOf(rows, variables));
    after = (rows.at(-1) as Row).rowid;
  }
  return {variables: variables.all, runs: loadRuns(connection), cells};
}

/** Loads the stored cells of one run, all or the named ones. */
export function loadCells(
  connection: Connection,
  {proposal, run}: RunId,
  names?: readonly string[],
): Pick<LoadedTable, 'variables' | 'cells'> {
  const variables = new VariableList(loadVariables(connection));
  const rows = selectRows(connection, 'run_variables.proposal = ? AND run_variables.run = ?', [BigInt(proposal), BigInt(run)]);
  const wanted = names ? rows.filter(({name}) => names.includes(name)) : rows;
  return {variables: variables.all, cells: [columnsOf(wanted, variables)]};
}

interface Row {
  readonly rowid: bigint;
  readonly proposal: number | bigint;
  readonly run: number | bigint;
  readonly name: string;
  readonly value: unknown;
  readonly timestamp: unknown;
  readonly max_diff: unknown;
  readonly summary_type: unknown;
  readonly summary_method: unknown;
  readonly attributes: unknown;
  readonly kind: unknown;
}

function selectRows(connection: Connection, condition: string, parameters: readonly bigint[]): Row[] {
  const attributes = hasColumn(connection, 'run_variables', 'attributes') ? 'run_variables.attributes' : 'NULL';
  const own = hasColumn(connection, 'fl_summary_kinds', 'kind');
  const kinds = own
    ? 'LEFT JOIN fl_summary_kinds AS kinds ON kinds.proposal = run_variables.proposal AND kinds.run = run_variables.run AND kinds.name = run_variables.name AND kinds.timestamp = run_variables.timestamp'
    : '';
  // Of a picture only its signature is wanted here.
  const value = "CASE WHEN typeof(value) = 'blob' AND substr(value, 1, 8) = x'89504e470d0a1a0a' THEN x'89504e470d0a1a0a' ELSE value END";
  const query = `SELECT run_variables.rowid, run_variables.proposal, run_variables.run, run_variables.name, ${value} AS value, run_variables.timestamp, max_diff,
    summary_type, summary_method, ${attributes} AS attributes, ${own ? 'kinds.kind' : 'NULL'} AS kind FROM run_variables ${kinds} WHERE ${condition}`;
  return connection
    .prepare<bigint[], Row>(query)
    .safeIntegers()
    .all(...parameters);
}

function columnsOf(rows: readonly Row[], variables: VariableList): CellColumns {
  const builder = new ColumnsBuilder(rows.length);
  for (const row of rows) {
    const attributes = attributesOf(row.attributes);
    const state = stateOf(row, attributes);
    builder.add({
      run: {proposal: Number(row.proposal), run: Number(row.run)},
      name: variables.indexOf(row.name),
      state,
      summary: state === 'ok' ? decodeSummary(row.value, row.summary_type, row.kind, '') : null,
      attributes,
      maxDiff: row.max_diff === null ? Number.NaN : Number(row.max_diff),
      timestamp: Number(row.timestamp),
    });
  }
  return builder.columns;
}

function stateOf({value, summary_method: method}: Row, attributes: ReturnType<typeof attributesOf>): 'ok' | 'none' | 'skipped' | 'failed' {
  if (value !== null) return 'ok';
  if (attributes?.error !== undefined || attributes?.error_cls !== undefined) return attributes.error_cls === 'Skip' ? 'skipped' : 'failed';
  return method === null ? 'none' : 'ok'; // NaN is NULL with a method (perhaps an empty one)
}

/** Foreign programs write attributes, too: what is not as expected is left out. */
const storedAttributes = z.object({
  units: z.string().optional().catch(undefined),
  bold: z.boolean().optional().catch(undefined),
  background: z.tuple([z.number(), z.number(), z.number()]).optional().catch(undefined),
  uncertainty: z.number().optional().catch(undefined),
  format: z.string().optional().catch(undefined),
  error: z.string().optional().catch(undefined),
  error_cls: z.string().optional().catch(undefined),
});

function attributesOf(text: unknown): z.infer<typeof storedAttributes> | null {
  if (typeof text !== 'string') return null;
  try {
    const parsed = storedAttributes.parse(JSON.parse(text));
    return Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== undefined));
  } catch {
    return null; // not JSON: nothing in it that we could show
  }
}

/** The known variables, and those that only have values. */
class VariableList {
  readonly all: TableVariable[];
  readonly #positions: Map<string, number>;

  constructor(variables: readonly TableVariable[]) {
    this.all = [...variables];
    this.#positions = new Map(variables.map(({name}, i) => [name, i]));
  }

  indexOf(name: string): number {
    const known = this.#positions.get(name);
    if (known !== undefined) return known;
    const comment = name === 'comment';
    this.all.push({name, title: comment ? 'Comment' : name, type: comment ? 'string' : null, units: null, description: null, tags: []});
    this.#positions.set(name, this.all.length - 1);
    return this.all.length - 1;
  }
}

function loadVariables(connection: Connection): TableVariable[] {
  const tags = hasColumn(connection, 'variable_tags', 'tag_id')
    ? connection
        .prepare<[], [string, string]>('SELECT variable_name, tags.name FROM variable_tags JOIN tags ON tags.id = tag_id ORDER BY tags.id')
        .raw()
        .all()
    : [];
  const tagsOf = Map.groupBy(tags, ([name]) => name);
  const own = hasColumn(connection, 'fl_variables', 'units');
  const query = `SELECT variables.name, title, type, description, ${own ? 'units' : 'NULL'} AS units FROM variables ${own ? 'LEFT JOIN fl_variables ON fl_variables.name = variables.name' : ''} ORDER BY variables.rowid`;
  const rows = connection.prepare<[], Omit<TableVariable, 'tags' | 'title'> & {title: string | null}>(query).all();
  return rows.map(({name, title, type, description, units}) => ({
    name,
    title: title ?? name,
    type,
    description,
    units,
    tags: (tagsOf.get(name) ?? []).map(([, tag]) => tag),
  }));
}

const loadRuns = (connection: Connection): TableRun[] =>
  connection
    .prepare<[], {proposal: number; run: number; start_time: number | null; added_at: number | null}>(
      'SELECT proposal, run, start_time, added_at FROM run_info ORDER BY proposal, run',
    )
    .all()
    .map((row) => ({proposal: row.proposal, run: row.run, startTime: row.start_time, addedAt: row.added_at}));

const hasColumn = (connection: Connection, table: string, column: string): boolean =>
  (connection.pragma(`table_info(${table})`) as {name: string}[]).some(({name}) => name === column);
