import type {RunId} from '@firstlight/core';
import type {Statement} from 'better-sqlite3';
import {type Connection, createDatabase, type SqlValue} from '../database/connection.ts';

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
 * Copies the content of a folder's database into a new one that was made by us: only tables that we know, only their rows, so that no view or trigger of a
 * stranger's comes along. Later tables of ours are copied by the same rules: what has a proposal and a run goes with the run, the rest as a whole.
 */
export class TableCopy {
  readonly #to: Connection;
  readonly #isChoice: boolean;
  readonly #ofRuns: readonly OneTable[];
  readonly #common: readonly OneTable[];

  /** `names` are the variables to copy; without, all. */
  constructor(from: Connection, to: Connection, names: ReadonlySet<string> | undefined) {
    const tables = commonTables(from, to);
    const copies = (some: readonly Table[]): OneTable[] => some.map((table) => new OneTable(table, from, to, names));
    this.#to = to;
    this.#isChoice = names !== undefined;
    this.#ofRuns = copies(tables.filter(({isOfRuns}) => isOfRuns));
    const common = tables.filter(({isOfRuns}) => !isOfRuns);
    // What others refer to comes first.
    this.#common = copies(common.sort((a, b) => Number(a.name === 'variable_tags') - Number(b.name === 'variable_tags')));
  }

  /** Copies what runs do not have of their own: variables, tags, comments, code, environments … To be called after the runs, whose rows refer to it. */
  copyCommon(): void {
    this.#to.transaction(() => {
      for (const table of this.#common) table.copy();
      if (this.#isChoice) this.#to.exec('DELETE FROM tags WHERE NOT EXISTS (SELECT 1 FROM variable_tags WHERE tag_id = tags.id)');
    })();
  }

  /** Copies all about a run, in place of what is there. */
  copyRun({proposal, run}: RunId): void {
    this.#to.transaction(() => {
      for (const table of this.#ofRuns) table.copy(BigInt(proposal), BigInt(run));
    })();
  }
}

/** One table's way from one database into another; its statements are prepared once, because there may be thousands of runs. */
class OneTable {
  readonly #select: Statement<bigint[], Row>;
  readonly #insert: Statement<SqlValue[]>;
  readonly #clear: Statement<bigint[]> | undefined;
  readonly #naming: number;
  readonly #names: ReadonlySet<string> | undefined;

  constructor({name, columns, isOfRuns}: Table, from: Connection, to: Connection, names: ReadonlySet<string> | undefined) {
    const list = columns.map((column) => `"${column}"`).join(', ');
    const condition = isOfRuns ? 'WHERE proposal = ? AND run = ?' : '';
    this.#select = from.prepare<bigint[], Row>(`SELECT ${list} FROM ${name} ${condition}`).raw().safeIntegers();
    this.#insert = to.prepare(`INSERT OR REPLACE INTO ${name} (${list}) VALUES (${columns.map(() => '?').join(', ')})`);
    this.#clear = isOfRuns ? to.prepare(`DELETE FROM ${name} ${condition}`) : undefined;
    this.#naming = columns.indexOf(isOfRuns ? 'name' : (variableColumns[name] ?? ''));
    this.#names = names;
  }

  /** Copies all rows, or those of a run. */
  copy(...run: bigint[]): void {
    this.#clear?.run(...run);
    for (const row of this.#select.all(...run)) if (this.#isWanted(row[this.#naming])) this.#insert.run(...row);
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

/** Makes a database that nobody sees before it is complete, and that is brought to the disk then: until then nothing in it needs to survive. */
export function createUnseenDatabase(path: string): Connection {
  const connection = createDatabase(path);
  connection.pragma('synchronous = OFF');
  connection.pragma('journal_mode = MEMORY');
  return connection;
}
