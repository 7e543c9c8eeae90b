import type {Connection} from './connection.ts';

/**
 * SQLite allows 2 000 columns in a view. A folder with more variables keeps working: the views show the first ones by name, `run_variables` has all.
 */
const mostColumns = 1_990; // and four of the run itself

/** SQLite's idea of the same column name: only the letters A to Z are folded. */
const withoutCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

const quoteText = (name: string): string => `'${name.replaceAll("'", "''")}'`;
const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Makes the views `runs` and `max_diffs` show these variables as well; external scripts read them. */
export function coverInViews(connection: Connection, names: Iterable<string>): void {
  const shown = new Set(columnsOf(connection, 'runs').map(withoutCase));
  if (shown.size > mostColumns || [...names].every((name) => shown.has(withoutCase(name)))) return;
  rebuildViews(connection);
}

const columnsOf = (connection: Connection, view: string): string[] =>
  (connection.pragma(`table_info(${view})`) as {name: string}[]).map(({name}) => name);

/** The variables that the views do not show: beyond the columns that a view can have, or called as another but for capitals. */
export function namesLeftOut(connection: Connection): string[] {
  const shown = new Set(columnsOf(connection, 'runs'));
  return allNames(connection).filter((name) => !shown.has(name) && name !== 'start_time');
}

const allNames = (connection: Connection): string[] =>
  connection.prepare<[], string>('SELECT name FROM variables UNION SELECT DISTINCT name FROM run_variables ORDER BY name').pluck().all();

/** Drops both views and makes them anew from all known names. Grouped by proposal *and* run: several proposals may share a database. */
export function rebuildViews(connection: Connection): void {
  const names = distinctColumns(allNames(connection)).slice(0, mostColumns);
  const columns = (column: string): string =>
    names.map((name) => `, max(CASE WHEN name=${quoteText(name)} THEN ${column} END) AS ${quoteName(name)}`).join('');
  connection.exec(`
    DROP VIEW IF EXISTS runs;
    CREATE VIEW runs AS SELECT run_info.proposal, run_info.run, start_time, added_at${columns('value')}
      FROM run_variables INNER JOIN run_info ON run_variables.proposal = run_info.proposal AND run_variables.run = run_info.run
      GROUP BY run_info.proposal, run_info.run;
    DROP VIEW IF EXISTS max_diffs;
    CREATE VIEW max_diffs AS SELECT proposal, run${columns('max_diff')} FROM run_variables GROUP BY proposal, run;
  `);
}

/** Of names that SQLite takes for one column (`Energy` and `energy`) the view shows the first. */
function distinctColumns(names: readonly string[]): string[] {
  const taken = new Set(['proposal', 'run', 'start_time', 'added_at']);
  return names.filter((name) => {
    const key = withoutCase(name);
    if (taken.has(key)) return false;
    taken.add(key);
    return true;
  });
}
