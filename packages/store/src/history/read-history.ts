import type {Environment, Origin, RunId, Summary} from '@firstlight/core';
import type {Connection} from '../database/connection.ts';
import {decodeSummary} from '../database/summaries.ts';
import {type KnownCode, knownCode, knownEnvironment, knownRunFiles} from './known.ts';
import type {NewVersion, VersionState} from './model.ts';
import {isRowKnown} from './record.ts';
import type {RunFile} from './remember.ts';
import {cellKey, hasHistory, objectIn, versionOfRow} from './row-version.ts';
import type {VersionPlace} from './version-place.ts';

/** A version of a value, with everything that is known of how it came about. */
export interface HistoryEntry extends RunId {
  readonly name: string;
  /** 1 for the first. */
  readonly version: number;
  /** True for the one in the table. */
  readonly isCurrent: boolean;
  /** When it was stored, in seconds since 1970. */
  readonly timestamp: number | null;
  readonly state: VersionState;
  /** A picture is `{image: ''}`. */
  readonly summary: Summary;
  readonly attributes: Readonly<Record<string, unknown>> | null;
  readonly maxDiff: number | null;
  /** What the data is: `float64 (3, 4)`, `DataArray`; null when there is none, or nobody looked. */
  readonly kind: string | null;
  /** Whether its data can be read: it is the newest, is kept, or the summary tells all of it. */
  readonly hasData: boolean;
  readonly provenance: string;
  /** Who typed it; null: nobody. */
  readonly author: string | null;
  /** What it was made of and how; null: nobody knows. */
  readonly origin: Origin | null;
  readonly code: KnownCode | null;
  readonly environment: Environment | null;
  /** The run's files that it could read. */
  readonly files: readonly RunFile[] | null;
}

/** A row of `fl_history`, with what it shares with others. */
interface Row {
  readonly version: bigint;
  readonly timestamp: number | null;
  readonly state: VersionState;
  readonly has_row: bigint;
  readonly summary_type: string | null;
  readonly summary_kind: string | null;
  readonly summary_method: string | null;
  readonly max_diff: number | null;
  readonly kind: string | null;
  readonly is_whole: bigint;
  readonly kept: string | null;
  readonly provenance: string | null;
  readonly author: string | null;
  readonly identity: string | null;
  readonly code: string | null;
  readonly job: string | null;
  readonly context: string;
  readonly environment: string;
  readonly data: string | null;
  readonly trigger: Origin['trigger'];
  readonly attempt: bigint;
  readonly language: Origin['language'];
  readonly host: string;
  readonly pid: bigint;
  readonly user: string | null;
  readonly started: number;
  readonly seconds: number;
  readonly memory: bigint | null;
  readonly ingredients: string;
  readonly attributes: string | null;
  readonly value: unknown;
}

const selectVersions = `
SELECT version, timestamp, state, has_row, summary_type, summary_kind, summary_method, max_diff, kind, is_whole, kept, provenance, author,
  fl_history.identity, fl_codes.identity AS code, job, context, environment, data, trigger, attempt, fl_computations.language, host, pid, user, started, seconds,
  memory, ingredients, attributes, value
FROM fl_history LEFT JOIN fl_codes ON fl_codes.id = fl_history.code LEFT JOIN fl_computations ON fl_computations.id = fl_history.computation
WHERE fl_history.proposal = ? AND fl_history.run = ? AND fl_history.name = ? ORDER BY version DESC`;

/**
 * Every version of a value, the newest first. The row that another program wrote, or that is from before there was a history, is one too.
 */
export function readHistory(connection: Connection, run: RunId, name: string): HistoryEntry[] {
  const rows = hasHistory(connection)
    ? connection
        .prepare<[bigint, bigint, string], Row>(selectVersions)
        .safeIntegers()
        .all(...cellKey(run, name))
    : [];
  const isKnown = rows.length > 0 && isRowKnown(connection, run, name);
  const unseen = isKnown === true ? undefined : versionOfRow(connection, run, name);
  const newest = Number(rows[0]?.version ?? 0);
  const isGone = isKnown === undefined && rows[0]?.has_row === 1n; // another program deleted the row
  const entries = rows.map((row, index) => entryOf(connection, run, name, row, index === 0 && !unseen && !isGone));
  return unseen ? [unseenEntry(run, unseen, newest + 1), ...entries] : entries;
}

function entryOf(connection: Connection, run: RunId, name: string, row: Row, isCurrent: boolean): HistoryEntry {
  const origin = originOf(row);
  return {
    proposal: run.proposal,
    run: run.run,
    name,
    version: Number(row.version),
    isCurrent,
    timestamp: row.timestamp,
    state: row.state,
    summary: summaryOf(row),
    attributes: objectIn(row.attributes),
    maxDiff: row.max_diff,
    kind: row.kind,
    hasData: row.state === 'ok' && (isCurrent || row.is_whole !== 0n || row.kept !== null),
    provenance: row.provenance ?? '',
    author: row.author,
    origin,
    code: (origin && knownCode(connection, origin.code)) ?? null,
    environment: (origin && knownEnvironment(connection, origin.environment)) ?? null,
    files: (origin?.data && knownRunFiles(connection, origin.data)) || null,
  };
}

/** What is stored as summary of a version, as SQLite has it; undefined when the history has none with this number. */
export function summaryOfVersion(connection: Connection, {run, name, version}: VersionPlace): unknown {
  if (!hasHistory(connection)) return undefined;
  return connection
    .prepare('SELECT value FROM fl_history WHERE proposal = ? AND run = ? AND name = ? AND version = ?')
    .pluck()
    .get(...cellKey(run, name), BigInt(version));
}

function summaryOf({state, value, summary_type: type, summary_kind: kind, has_row: hasRow}: Row): Summary {
  if (state !== 'ok' || hasRow === 0n) return null;
  return decodeSummary(value, type, kind, '');
}

function originOf(row: Row): Origin | null {
  if (row.identity === null || row.job === null || row.code === null) return null;
  const {identity, code, job, context, environment, data, trigger, language, host, user, started, seconds, memory} = row;
  return {
    identity,
    code,
    data,
    ...(JSON.parse(row.ingredients) as Pick<Origin, 'inputs' | 'dependsOn' | 'transient'>),
    context,
    environment,
    job,
    trigger,
    attempt: Number(row.attempt),
    language,
    host,
    pid: Number(row.pid),
    user,
    startedAt: started,
    seconds,
    memoryBytes: memory === null ? null : Number(memory),
  };
}

const unseenEntry = (run: RunId, version: NewVersion, number: number): HistoryEntry => ({
  proposal: run.proposal,
  run: run.run,
  name: version.name,
  version: number,
  isCurrent: true,
  timestamp: version.timestamp,
  state: version.state,
  summary: version.state === 'ok' ? decodeSummary(version.summary.value, version.summary.type, version.summary.kind, '') : null,
  attributes: version.attributes as HistoryEntry['attributes'],
  maxDiff: version.maxDiff,
  kind: null,
  hasData: version.state === 'ok',
  provenance: version.provenance,
  author: null,
  origin: null,
  code: null,
  environment: null,
  files: null,
});
