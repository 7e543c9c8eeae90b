import {FirstlightError} from '@firstlight/core';
import type {RunId} from '@firstlight/core';
import type {HistoryEntry, KnownContext, ReaderProcess} from '@firstlight/store';
import {codeDiff} from './code-diff.ts';
import {compareVersions} from './version-diff.ts';
import type {VersionDiff} from './version-diff.ts';

/** Which two versions of a value; without `b` the newest is the second, without `a` the one before it is the first. */
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
  const after = versionIn(history, run, name, b ?? history[0]?.version ?? 1);
  const before = versionIn(history, run, name, a ?? after.version - 1);
  const contextOf = async ({origin}: HistoryEntry): Promise<KnownContext | null> =>
    (origin && (await reader.contextVersion(dir, origin.context))) ?? null;
  const code = codeDiff({entry: before, context: await contextOf(before)}, {entry: after, context: await contextOf(after)});
  const data = before.hasData || after.hasData ? (await reader.compareData(dir, run, name, before.version, after.version)).parts : [];
  const isChanged = before.state !== after.state || textOf(before) !== textOf(after) || (data !== null && data.length > 0);
  return {proposal: run.proposal, run: run.run, name, a: before, b: after, isChanged, data, code, ...compareVersions(before, after)};
}

function versionIn(history: readonly HistoryEntry[], run: RunId, name: string, version: number): HistoryEntry {
  const entry = history.find((one) => one.version === version);
  if (entry) return entry;
  const where = `"${name}" for run ${run.run} of proposal ${run.proposal}`;
  const [newest] = history;
  const known = newest ? `it has ${newest.version === 1 ? 'only version 1' : `versions 1 to ${newest.version}`}` : 'it never had a value';
  const sentence = version === 0 && newest ? `There is nothing before version 1 of ${where}` : `There is no version ${version} of ${where}`;
  throw new FirstlightError('no-version', `${sentence}; ${known}.`, {facts: {...run, name, version}});
}

/** A summary as text, to see whether two are the same; a bigint has no JSON of its own. */
const textOf = ({summary}: HistoryEntry): string =>
  JSON.stringify(summary, (_, value: unknown) => (typeof value === 'bigint' || typeof value === 'number' ? String(value) : value));
