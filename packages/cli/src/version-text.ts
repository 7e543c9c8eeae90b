import type {VersionLine} from '@firstlight/engine';
import {causeOf, valueText} from './summary-text.ts';

/** What a version was, as one line of text. */
export function versionText({name, state, summary, attributes, kind}: VersionLine): string {
  const {units, error, error_cls: errorClass} = attributes ?? {};
  if (state === 'none') return 'nothing';
  if (state !== 'ok') return [errorClass, typeof error === 'string' ? causeOf(error) : ''].filter(Boolean).join(': ') || state;
  const text = valueText(name, summary, typeof units === 'string' ? units : null);
  const isData = kind !== null && (kind.includes('(') || kind === 'DataArray' || kind === 'Dataset'); // of a single number its kind says nothing
  return [text, isData ? kind : ''].filter(Boolean).join(' ');
}
