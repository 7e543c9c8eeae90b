import {type Cell, FirstlightError, type RunId} from '@firstlight/core';
import type {HistoryEntry} from './read-history.ts';

/** Which version of which value. */
export interface VersionPlace {
  readonly run: RunId;
  readonly name: string;
  readonly version: number;
}

/** Finds a version in the history of a value. Throws `no-version`, which says what there is. */
export function versionIn(history: readonly HistoryEntry[], {run, name, version}: VersionPlace): HistoryEntry {
  const entry = history.find((one) => one.version === version);
  if (entry) return entry;
  const where = `"${name}" for run ${run.run} of proposal ${run.proposal}`;
  const [newest] = history;
  const known = newest ? `it has ${newest.version === 1 ? 'only version 1' : `versions 1 to ${newest.version}`}` : 'it never had a value';
  const sentence = version === 0 && newest ? `There is nothing before version 1 of ${where}` : `There is no version ${version} of ${where}`;
  throw new FirstlightError('no-version', `${sentence}; ${known}.`, {facts: {...run, name, version}});
}

/** A version as the table would show it if it were the newest. */
export function cellOfVersion(entry: HistoryEntry, imageUrl: string): Cell {
  const {proposal, run, name, state, summary, maxDiff} = entry;
  const attributes = entry.attributes as Cell['attributes'];
  const isImage = typeof summary === 'object' && summary !== null && 'image' in summary;
  const message = attributes?.error ?? null;
  return {proposal, run, name, state, activity: 'idle', summary: isImage ? {image: imageUrl} : summary, message, attributes, maxDiff};
}
