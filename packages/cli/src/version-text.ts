import type {VersionLine} from '@firstlight/engine';
import {causeOf, valueText} from './summary-text.ts';

/** Who made a version: a person, one of our context files, or what another program said of itself; DAMNIT knows of one context file only. */
export const makerOf = ({author, origin, provenance}: VersionLine): string =>
  author ?? (origin?.language === 'typescript' ? 'context.ts' : provenance || 'unknown');

/** What a version was, as one line of text. */
export function versionText({name, state, summary, attributes, kind}: VersionLine): string {
  const {units, uncertainty, format, error, error_cls: errorClass} = attributes ?? {};
  if (state === 'none') return 'nothing';
  if (state !== 'ok') return [errorClass, typeof error === 'string' ? causeOf(error) : ''].filter(Boolean).join(': ') || state;
  const writing = {
    ...(typeof units === 'string' && {units}),
    ...(typeof uncertainty === 'number' && {uncertainty}),
    ...(typeof format === 'string' && {format}),
  };
  const text = valueText(name, summary, writing);
  const isData = kind !== null && (kind.includes('(') || kind === 'DataArray' || kind === 'Dataset'); // of a single number its kind says nothing
  return [text, isData ? kind : ''].filter(Boolean).join(' ');
}
