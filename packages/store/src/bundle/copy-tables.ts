import type {RunId} from '@firstlight/core';
import type {Connection, SqlValue} from '../database/connection.ts';

/** A folder's settings are copied by who knows which; the views are made anew. */
const notCopied: ReadonlySet<string> = new Set(['metameta', 'sqlite_sequence']);
/** The column that names a variable, in tables that are about variables and not about runs. */
const variableColumns: Readonly<Record<string, string>> = {variables: 'name', fl_variables: 'name', variable_tags: 'variable_name'};

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  readonly isOfRuns: boolean;
}

type Row = readonly SqlValue[];

/**
 * Copies the content of a folder's database into a new one that was made by us: only tables that we know, only their rows, so that no view or trigger of a stranger's
 * comes along. Later tables of ours are copied by the same rules: what has a proposal and a run goes with the run, the rest as a whole.
 */
export class TableCopy {
  readonly #from: Connection;
  readonly #to: Connection;
  readonly #names: ReadonlySet<string> | undefined;
  readonly #tables: readonly Table[];

  /** `names` are the variables to copy; without, all. */
  constructor(from: Connection, to: Connection, names: ReadonlySet<string> | undefined) {
    this.#from = from;
    this.#to = to;
    this.#names = names;
    this.#tables = commonTables(from, to);
  }

  /** Copies what runs do not have of their own: variables, tags, comments, code, environments … To be called after the runs, whose rows refer to it. */
  copyCommon(): void {
    this.#to.transaction(() => {
      const tables = this.#tables.filter(({isOfRuns}) => !isOfRuns);
      // What others refer to comes first.
      for (const table of tables.sort((a, b) => Number(a.name === 'variable_tags') - Number(b.name === 'variable_tags')))
        this.#copy(table, []);
      if (this.#names) this.#to.exec('DELETE FROM tags WHERE NOT EXISTS (SELECT 1 FROM variable_tags WHERE tag_id = tags.id)');
    })();
  }

  /** Copies all about a run, in place of what is there. */
  copyRun({proposal, run}: RunId): void {
    const key = [BigInt(proposal), BigInt(run)];
    this.#to.transaction(() => {
      for (const table of this.#tables.filter(({isOfRuns}) => isOfRuns)) {
        this.#to.prepare(`DELETE FROM ${table.name} WHERE proposal = ? AND run = ?`).run(...key);
        this.#copy(table, key);
      }
    })();
  }

  #copy({name, columns, isOfRuns}: Table, key: readonly bigint[]): void {
    const list = columns.map((column) => `"${column}"`).join(', ');
    const condition = isOfRuns ? 'WHERE proposal = ? AND run = ?' : '';
    const rows = this.#from
      .prepare<bigint[], Row>(`SELECT ${list} FROM ${name} ${condition}`)
      .raw()
      .safeIntegers()
      .all(...key);
    const insert = this.#to.prepare(`INSERT OR REPLACE INTO ${name} (${list}) VALUES (${columns.map(() => '?').join(', ')})`);
    const naming = columns.indexOf(isOfRuns ? 'name' : (variableColumns[name] ?? ''));
    for (const row of rows) if (this.#isWanted(row[naming])) insert.run(...row);
  }

  #isWanted(name: SqlValue | undefined): boolean {
    return this.#names === undefined || typeof name !== 'string' || this.#names.has(name);
  }
}

function commonTables(from: Connection, to: Connection): Table[] {
  const names = to.prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").pluck().all();
  return names.flatMap((name) => {
    const there = new Set(columnsOf(from, name));
    const columns = columnsOf(to, name).filter((column) => there.has(column));
    if (notCopied.has(name) || columns.length === 0) return [];
    return [{name, columns, isOfRuns: columns.includes('proposal') && columns.includes('run')}];
  });
}

/** Of a table; a view with its name has no columns for us. */
function columnsOf(connection: Connection, table: string): string[] {
  const isTable = connection.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(table) !== undefined;
  return isTable ? (connection.pragma(`table_info(${table})`) as {name: string}[]).map(({name}) => name) : [];
}
