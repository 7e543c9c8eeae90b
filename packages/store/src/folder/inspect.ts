import {isFirstlightError} from '@firstlight/core';
import {hasColumn} from '../database/columns.ts';
import {type Connection, formatVersion, openToRead} from '../database/connection.ts';
import {currentVersion} from '../database/schema.ts';
import {settingsOf} from '../database/settings.ts';
import {namesLeftOut} from '../database/views.ts';
import {oldVariables} from '../migrate/old-database.ts';
import {pathsOf} from './layout.ts';
import {openFolder} from './open.ts';

/** What a folder is, without opening it to work in it. */
export interface FolderFacts {
  /** Format version; 0 is from before there were versions. */
  readonly version: number;
  readonly proposals: readonly number[];
  readonly runs: number;
  readonly variables: number;
  readonly writable: boolean;
  /** Why it can only be looked at, or not even that; null when it can be written. */
  readonly why: string | null;
  /** Variables that the views `runs` and `max_diffs` do not show; `run_variables` has them. */
  readonly leftOutOfViews: readonly string[];
  /** What has to change before it can be written; null when nothing has. */
  readonly migrate: {
    readonly from: number;
    readonly to: number;
    /** True: it happens by itself when the folder is opened to write. False: `firstlight migrate` does it. */
    readonly automatic: boolean;
    readonly changes: readonly string[];
  } | null;
}

/** What each version brought, by the version it starts from. */
const changesFrom: readonly string[] = [
  'one row for each value instead of a wide table; thumbnails as PNG; labelled arrays as netCDF',
  'attributes of values (units, errors)',
  'tags',
  'tags that nobody uses are removed',
];

/** Looks at a folder of any version. Throws what `openFolder` throws, but for `ancient-folder`. */
export function inspectFolder(dir: string): FolderFacts {
  const paths = pathsOf(dir);
  const why = whyNot(dir);
  const connection = openToRead(paths.database);
  try {
    const version = formatVersion(connection, paths.database);
    const migrate =
      version < currentVersion ? {from: version, to: currentVersion, automatic: version > 0, changes: changesFrom.slice(version)} : null;
    const leftOutOfViews = version === 0 ? [] : namesLeftOut(connection);
    return {version, ...countsOf(connection, version), writable: why === null, why, leftOutOfViews, migrate};
  } finally {
    connection.close();
  }
}

function whyNot(dir: string): string | null {
  try {
    return openFolder(dir).readOnly?.message ?? null;
  } catch (error) {
    if (isFirstlightError(error, 'ancient-folder')) return error.message;
    throw error;
  }
}

function countsOf(connection: Connection, version: number): Pick<FolderFacts, 'proposals' | 'runs' | 'variables'> {
  const table = version === 0 ? 'runs' : 'run_info';
  if (!hasColumn(connection, table, 'proposal')) return {proposals: [], runs: 0, variables: 0};
  const stored = connection
    .prepare<[], number>(`SELECT DISTINCT proposal FROM ${table} WHERE proposal IS NOT NULL ORDER BY proposal`)
    .pluck()
    .all();
  const own = hasColumn(connection, 'metameta', 'key') ? settingsOf(connection).proposal : undefined;
  return {
    proposals: [...new Set([...(own === undefined ? [] : [own]), ...stored])],
    runs: connection.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0,
    variables: version === 0 ? oldVariables(connection).length : namesIn(connection),
  };
}

const namesIn = (connection: Connection): number =>
  connection
    .prepare<[], number>("SELECT count(*) FROM (SELECT name FROM variables UNION SELECT name FROM run_variables WHERE name != 'comment')")
    .pluck()
    .get() ?? 0;
