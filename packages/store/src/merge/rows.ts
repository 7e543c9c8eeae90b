import type {FragmentContents, FragmentEntry} from '../fragment/read.ts';
import type {NewVersion} from '../history/model.ts';
import {encodeSummary} from '../database/summaries.ts';
import type {ValueRow} from '../database/values.ts';

/** What a fragment changes in the database. */
export interface FragmentRows {
  readonly rows: readonly ValueRow[];
  /** One for each value, also for those without a row. */
  readonly versions: readonly NewVersion[];
  /** Variables whose row must go, because their new value has no summary. */
  readonly gone: readonly string[];
  /** Seconds since 1970, when the fragment brings the run's start time. */
  readonly startTime: number | undefined;
}

const startTimeName = 'start_time';

/** The database's share of a fragment. All rows of a fragment have the same time. */
export function rowsOf({entries, provenance, origins}: FragmentContents, timestamp: number, fragment: string): FragmentRows {
  const values = entries.filter(({name}) => name !== startTimeName);
  const changes = values.map((entry) => {
    const common = {name: entry.name, provenance, timestamp};
    const row = rowOf(entry, common);
    const origin = origins.of.get(entry.name) ?? null;
    return {row, version: {...emptyRow, ...common, ...row, ...versionOf(entry), hasRow: row !== undefined, origin, fragment}};
  });
  const rows = changes.flatMap(({row}) => row ?? []);
  const gone = changes.flatMap(({row, version}) => (row ? [] : [version.name]));
  return {rows, gone, versions: changes.map(({version}) => version), startTime: startTimeOf(entries)};
}

const emptyRow = {summary: {value: null, type: null, kind: null}, maxDiff: null, summaryMethod: null, attributes: null} as const;

function rowOf(entry: FragmentEntry, common: Pick<ValueRow, 'name' | 'provenance' | 'timestamp'>): ValueRow | undefined {
  if (entry.state === 'none') return {...common, ...emptyRow};
  if (entry.state === 'failed') return {...common, ...emptyRow, attributes: failureAttributes(entry)};
  if (entry.summary === null) return undefined;
  const {stored, summaryType, summaryMethod, maxDiff, attributes} = entry.summary;
  return {...common, summary: encodeSummary(stored, summaryType), summaryMethod, maxDiff, attributes};
}

function versionOf(entry: FragmentEntry): Pick<NewVersion, 'state' | 'kind' | 'isWhole'> {
  if (entry.state === 'failed') return {state: entry.errorClass === 'Skip' ? 'skipped' : 'failed'};
  return entry.state === 'ok' ? {state: 'ok', kind: entry.kind, isWhole: entry.isWhole} : {state: 'none'};
}

const failureAttributes = ({message, errorClass, where}: Extract<FragmentEntry, {state: 'failed'}>) => ({
  error: message,
  error_cls: errorClass,
  ...(where === undefined ? {} : {where}),
});

function startTimeOf(entries: readonly FragmentEntry[]): number | undefined {
  const entry = entries.find(({name}) => name === startTimeName);
  if (entry?.state !== 'ok' || typeof entry.summary?.stored !== 'object') return undefined;
  const seconds = Number(entry.summary.stored?.data[0]);
  return Number.isFinite(seconds) ? seconds : undefined;
}
