import type {RunId} from '@firstlight/core';
import {hasColumn} from '../database/columns.ts';
import type {Connection} from '../database/connection.ts';
import type {ColumnType} from './model.ts';

type Class = 'integer' | 'large integer' | 'real' | 'boolean' | 'text' | 'complex' | 'picture' | 'array';

const classOf = `CASE typeof(value)
  WHEN 'integer' THEN iif(value > 9007199254740992 OR value < -9007199254740992, 'large integer', 'integer')
  WHEN 'real' THEN 'real' WHEN 'text' THEN 'text' WHEN 'null' THEN iif(summary_method IS NULL, NULL, 'real')
  ELSE CASE WHEN substr(value, 1, 8) = x'89504e470d0a1a0a' THEN 'picture' WHEN summary_type = 'complex' THEN 'complex' ELSE 'array' END END`;

/** What the stored summaries of each variable are, over the runs from the first to the last; a variable without any is not in it. */
export function columnTypes(connection: Connection, runs: readonly RunId[]): Map<string, ColumnType> {
  const [first, last] = [runs[0], runs.at(-1)];
  if (!first || !last) return new Map();
  const range = [first.proposal, first.run, last.proposal, last.run].map(BigInt);
  const counted = connection
    .prepare<bigint[], [name: string, found: Class | null, count: number]>(
      `SELECT name, ${classOf} AS class, count(*) FROM run_variables WHERE (proposal, run) >= (?, ?) AND (proposal, run) <= (?, ?) GROUP BY name, class`,
    )
    .raw()
    .all(...range);
  const booleans = countBooleans(connection, range);
  const ofName = Map.groupBy(
    counted.filter(([, found]) => found !== null),
    ([name]) => name,
  );
  return new Map([...ofName].map(([name, classes]) => [name, common(withBooleans(classes, booleans.get(name) ?? 0))]));
}

/** SQLite has no booleans: as many integers as are marked so are. */
function withBooleans(classes: readonly (readonly [string, Class | null, number])[], booleans: number): Set<Class> {
  const found = classes.flatMap(([, one, count]) => (one === null || (one === 'integer' && count <= booleans) ? [] : [one]));
  return new Set(booleans > 0 ? [...found, 'boolean'] : found);
}

function countBooleans(connection: Connection, range: readonly bigint[]): Map<string, number> {
  if (!hasColumn(connection, 'fl_summary_kinds', 'kind')) return new Map();
  const rows = connection
    .prepare<bigint[], [string, number]>(
      `SELECT kinds.name, count(*) FROM fl_summary_kinds AS kinds JOIN run_variables AS stored ON stored.proposal = kinds.proposal AND stored.run = kinds.run
         AND stored.name = kinds.name AND stored.timestamp = kinds.timestamp
       WHERE kinds.kind = 'bool' AND typeof(stored.value) = 'integer' AND (kinds.proposal, kinds.run) >= (?, ?) AND (kinds.proposal, kinds.run) <= (?, ?)
       GROUP BY kinds.name`,
    )
    .raw()
    .all(...range);
  return new Map(rows);
}

function common(classes: ReadonlySet<Class>): ColumnType {
  const only = (...allowed: Class[]): boolean => [...classes].every((one) => allowed.includes(one));
  if (only('boolean')) return 'boolean';
  if (only('integer', 'large integer')) return 'integer';
  if (only('integer', 'real')) return 'real';
  const [first, second] = classes;
  if (first === undefined || second !== undefined || first === 'large integer') return 'mixed';
  return first;
}
