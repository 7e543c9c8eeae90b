import {unifiedDiff} from '@firstlight/core';
import type {HistoryEntry, KnownContext} from '@firstlight/store';

/** A version with the texts of its context; null where nobody knows them. */
export interface VersionWithTexts {
  readonly entry: HistoryEntry;
  readonly context: KnownContext | null;
}

/**
 * How the code of two versions differs, as `diff -u`: the variable's function; then the files that it reaches, and the context file when the function is the
 * same, because then something else in there is not.
 */
export function codeDiff(a: VersionWithTexts, b: VersionWithTexts): {isChanged: boolean | null; text: string} {
  const [before, after] = [a.entry.origin?.code, b.entry.origin?.code];
  if (before === undefined || after === undefined) return {isChanged: null, text: ''};
  if (before === after) return {isChanged: false, text: ''};
  const ofFunction = textDiff(a.entry.name, a, b, ({entry}) => entry.code?.source);
  const reached = [...new Set([a, b].flatMap(({entry}) => entry.code?.files ?? []))].sort();
  const others = [...reached, ...(ofFunction === '' ? mainFiles(a, b) : [])];
  const texts = [...new Set(others)].map((path) => textDiff(path, a, b, ({context}) => context?.files[path]));
  return {isChanged: true, text: [ofFunction, ...texts].join('')};
}

// The first file of a context is the context file.
const mainFiles = (...versions: VersionWithTexts[]): string[] =>
  versions.flatMap(({context}) => Object.keys(context?.files ?? {}).slice(0, 1));

function textDiff(
  name: string,
  a: VersionWithTexts,
  b: VersionWithTexts,
  textOf: (version: VersionWithTexts) => string | undefined,
): string {
  const [before, after] = [textOf(a), textOf(b)];
  if (before === undefined && after === undefined) return '';
  return unifiedDiff(before ?? '', after ?? '', {names: [`${name}@${a.entry.version}`, `${name}@${b.entry.version}`]});
}
