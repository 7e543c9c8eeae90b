import type {RunId} from '@firstlight/core';
import {versionIn} from '@firstlight/store';
import type {HistoryEntry, KnownContext, ReaderProcess} from '@firstlight/store';
import {codeDiff} from './code-diff.ts';
import {compareVersions} from './version-diff.ts';
import type {VersionDiff} from './version-diff.ts';

/** Which two versions of a value; without `b` the newest is the second, without `a` (or when it is the newest, too) the one before it is the first. */
export interface VersionPair {
  readonly a?: number | undefined;
  readonly b?: number | undefined;
}

/** Compares two versions of a value. Throws `no-version`. */
export async function diffVersions(
  reader: Pick<ReaderProcess, 'history' | 'contextVersion' | 'compareData'>,
  dir: string,
  {run, name, a, b}: {readonly run: RunId; readonly name: string} & VersionPair,
): Promise<VersionDiff> {
  const history = await reader.history(dir, run, name);
  const newest = history[0]?.version ?? 1;
  const after = versionIn(history, {run, name, version: b ?? newest});
  const isAlone = a === undefined || (b === undefined && a === newest);
  const before = versionIn(history, {run, name, version: isAlone ? after.version - 1 : a});
  const contextOf = async ({origin}: HistoryEntry): Promise<KnownContext | null> =>
    (origin && (await reader.contextVersion(dir, origin.context))) ?? null;
  const code = codeDiff({entry: before, context: await contextOf(before)}, {entry: after, context: await contextOf(after)});
  const data = before.hasData || after.hasData ? (await reader.compareData(dir, run, name, before.version, after.version)).parts : [];
  const isChanged = before.state !== after.state || textOf(before) !== textOf(after) || (data !== null && data.length > 0);
  return {proposal: run.proposal, run: run.run, name, a: before, b: after, isChanged, data, code, ...compareVersions(before, after)};
}

/** A summary as text, to see whether two are the same; a bigint has no JSON of its own. */
const textOf = ({summary}: HistoryEntry): string =>
  JSON.stringify(summary, (_, value: unknown) => (typeof value === 'bigint' || typeof value === 'number' ? String(value) : value));
