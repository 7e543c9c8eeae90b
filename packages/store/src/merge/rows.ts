import type {FragmentContents, FragmentEntry} from '../fragment/read.ts';
import {encodeSummary} from '../database/summaries.ts';
import type {ValueRow} from '../database/values.ts';

/** What a fragment changes in the database. */
export interface FragmentRows {
  readonly rows: readonly ValueRow[];
  /** Variables whose row must go, because their new value has no summary. */
  readonly gone: readonly string[];
  /** Seconds since 1970, when the fragment brings the run's start time. */
  readonly startTime: number | undefined;
}

const startTimeName = 'start_time';

/** The database's share of a fragment. All rows of a fragment have the same time. */
export function rowsOf({entries, provenance}: FragmentContents, timestamp: number): FragmentRows {
  const values = entries.filter(({name}) => name !== startTimeName);
  const rows = values.flatMap((entry) => rowOf(entry, {provenance, timestamp}));
  const kept = new Set(rows.map(({name}) => name));
  return {rows, gone: values.map(({name}) => name).filter((name) => !kept.has(name)), startTime: startTimeOf(entries)};
}

const noSummary = {value: null, type: null, kind: null} as const;

function rowOf(entry: FragmentEntry, common: {provenance: string; timestamp: number}): ValueRow[] {
  const {name, state} = entry;
  const empty = {...common, name, summary: noSummary, maxDiff: null, summaryMethod: null};
  if (state === 'none') return [{...empty, attributes: null}];
  if (state === 'failed') return [{...empty, attributes: {error: entry.message, error_cls: entry.errorClass}}];
  if (entry.summary === null) return [];
  const {stored, summaryType, summaryMethod, maxDiff, attributes} = entry.summary;
  return [{...common, name, summary: encodeSummary(stored, summaryType), summaryMethod, maxDiff, attributes}];
}

function startTimeOf(entries: readonly FragmentEntry[]): number | undefined {
  const entry = entries.find(({name}) => name === startTimeName);
  if (entry?.state !== 'ok' || typeof entry.summary?.stored !== 'object') return undefined;
  const seconds = Number(entry.summary.stored?.data[0]);
  return Number.isFinite(seconds) ? seconds : undefined;
}
