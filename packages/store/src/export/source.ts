import type {RunId} from '@firstlight/core';
import {hasColumn} from '../database/columns.ts';
import type {Connection} from '../database/connection.ts';
import {loadStructure} from '../reader/load-structure.ts';
import type {TableRun, TableVariable} from '../reader/table-model.ts';
import {columnTypes} from './column-types.ts';
import {cellOf, type StoredRow} from './decode.ts';
import type {ExportCell, ExportColumn, ExportRow, Selection} from './model.ts';
import {chooseRuns, chooseVariables, missingRuns} from './selection.ts';

/** The chosen part of a folder's table, read one run at a time, so that no table is too large and nobody waits long to write. */
export class ExportSource {
  readonly dir: string;
  readonly connection: Connection;
  readonly columns: readonly ExportColumn[];
  readonly runs: readonly TableRun[];
  /** What was asked for and is not there, a sentence each. */
  readonly problems: readonly string[];
  readonly #names: ReadonlySet<string>;
  readonly #typedBooleans: ReadonlySet<string>;

  /** @throws FirstlightError `no-such-run`, `no-such-variable`. */
  constructor(dir: string, connection: Connection, selection: Selection) {
    const structure = loadStructure(connection);
    const all = [...structure.variables, ...undeclared(connection, structure.variables)];
    const variables = chooseVariables(all.sort(commentFirst), selection);
    this.dir = dir;
    this.connection = connection;
    this.runs = chooseRuns(structure.runs, selection);
    this.problems = missingRuns(this.runs, selection);
    const types = columnTypes(connection, this.runs);
    this.columns = variables.map((variable) => ({
      ...variable,
      label: labelOf(variable),
      columnType: typeOf(variable, types.get(variable.name)),
    }));
    this.#names = new Set(variables.map(({name}) => name));
    this.#typedBooleans = new Set(variables.filter(({type}) => type === 'boolean').map(({name}) => name));
  }

  /** The rows, in the order of the table. */
  *rows(): Generator<ExportRow> {
    const select = selectCells(this.connection);
    for (const run of this.runs) yield {proposal: run.proposal, run: run.run, startTime: run.startTime, cells: this.#cells(select(run))};
  }

  #cells(rows: readonly StoredRow[]): Map<string, ExportCell> {
    const chosen = rows.filter(({name}) => this.#names.has(name));
    return new Map(chosen.map((row) => [row.name, cellOf(row, this.#typedBooleans.has(row.name))]));
  }
}

const labelOf = ({name}: TableVariable): string => (['proposal', 'run', 'start_time', 'row'].includes(name) ? `${name}.value` : name);

const typeOf = ({type}: TableVariable, stored: ExportColumn['columnType'] | undefined): ExportColumn['columnType'] =>
  type === 'boolean' && stored === 'integer' ? 'boolean' : (stored ?? (type === 'string' ? 'text' : 'real'));

function selectCells(connection: Connection): (run: RunId) => StoredRow[] {
  const attributes = hasColumn(connection, 'run_variables', 'attributes') ? 'stored.attributes' : 'NULL';
  const own = hasColumn(connection, 'fl_summary_kinds', 'kind');
  // A kind counts only while its row is still the one that it was written for.
  const kinds = own
    ? 'LEFT JOIN fl_summary_kinds AS kinds ON kinds.proposal = stored.proposal AND kinds.run = stored.run AND kinds.name = stored.name AND kinds.timestamp = stored.timestamp'
    : '';
  const statement = connection
    .prepare<[bigint, bigint], StoredRow>(
      `SELECT stored.name, stored.value, summary_type, summary_method, ${attributes} AS attributes, ${own ? 'kinds.kind' : 'NULL'} AS kind
       FROM run_variables AS stored ${kinds} WHERE stored.proposal = ? AND stored.run = ? ORDER BY stored.version`,
    )
    .safeIntegers();
  return ({proposal, run}) => statement.all(BigInt(proposal), BigInt(run));
}

const commentFirst = (a: TableVariable, b: TableVariable): number => Number(b.name === 'comment') - Number(a.name === 'comment');

/** What only has values. */
function undeclared(connection: Connection, known: readonly TableVariable[]): TableVariable[] {
  const names = connection.prepare<[], string>('SELECT DISTINCT name FROM run_variables ORDER BY name').pluck().all();
  const unknown = names.filter((name) => name !== 'start_time' && !known.some((variable) => variable.name === name));
  return unknown.map((name) => {
    const isComment = name === 'comment';
    return {name, title: isComment ? 'Comment' : name, type: isComment ? 'string' : null, units: null, description: null, tags: []};
  });
}
