import type {Connection} from '../database/connection.ts';
import {hasColumn} from '../database/columns.ts';
import type {CellColumns, TableRun, TableStructure, TableVariable} from './table-model.ts';

/** The variables and runs of a folder's table, from a database of format version 1 to 4. */
export const loadStructure = (connection: Connection): TableStructure => ({
  variables: loadVariables(connection),
  runs: loadRuns(connection),
});

/** The known variables, and those that only have values. */
export function withUndeclared(variables: readonly TableVariable[], cells: readonly Pick<CellColumns, 'names'>[]): TableVariable[] {
  const known = new Set(variables.map(({name}) => name));
  const names = new Set(cells.flatMap((columns) => columns.names));
  return [...variables, ...[...names.difference(known)].sort().map(undeclared)];
}

/** The listed runs, and those that only have values: other programs may leave such. */
export function withUnlisted(runs: readonly TableRun[], cells: readonly Pick<CellColumns, 'proposals' | 'runs'>[]): TableRun[] {
  const known = new Set(runs.map(({proposal, run}) => `${proposal}:${run}`));
  const found = cells.flatMap((columns) => Array.from(columns.runs, (run, i) => ({proposal: columns.proposals[i] as number, run})));
  const unlisted = found.filter(({proposal, run}) => !known.has(`${proposal}:${run}`));
  if (unlisted.length === 0) return [...runs];
  const all = [...runs, ...unlisted.map(({proposal, run}) => ({proposal, run, startTime: null, addedAt: null}))];
  return all.sort((a, b) => a.proposal - b.proposal || a.run - b.run);
}

const undeclared = (name: string): TableVariable => {
  const isComment = name === 'comment';
  return {name, title: isComment ? 'Comment' : name, type: isComment ? 'string' : null, units: null, description: null, tags: []};
};

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
