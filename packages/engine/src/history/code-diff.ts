import {unifiedDiff} from '@firstlight/core';
import type {HistoryEntry, KnownContext} from '@firstlight/store';

/** A version with the texts of its context; null where nobody knows them. */
export interface VersionWithTexts {
  readonly entry: HistoryEntry;
  readonly context: KnownContext | null;
}

/**
 * How the code of two versions differs, as `diff -u`: the variable's function and the files that it reaches; when all that is the same, the context file, because
 * then something else in there is not.
 */
export function codeDiff(a: VersionWithTexts, b: VersionWithTexts): {isChanged: boolean | null; text: string} {
  const [before, after] = [a.entry.origin?.code, b.entry.origin?.code];
  if (before === undefined || after === undefined) return {isChanged: null, text: ''};
  if (before === after) return {isChanged: false, text: ''};
  const reached = [...new Set([a, b].flatMap(({entry}) => entry.code?.files ?? []))].sort();
  const texts = [
    textDiff(a.entry.name, a, b, ({entry}) => entry.code?.source),
    ...reached.map((path) => textDiff(path, a, b, ({context}) => context?.files[path])),
  ];
  const text = texts.join('');
  return {isChanged: true, text: text === '' ? mainDiff(a, b) : text};
}

// The first file of a context is the context file.
function mainDiff(a: VersionWithTexts, b: VersionWithTexts): string {
  const main = Object.keys(b.context?.files ?? {})[0] ?? 'context';
  return textDiff(main, a, b, ({context}) => Object.values(context?.files ?? {})[0]);
}

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
