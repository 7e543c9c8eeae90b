import type {VersionLine} from '@firstlight/engine';
import {causeOf, valueText} from './summary-text.ts';

/** What a version was, as one line of text. */
export function versionText({name, state, summary, attributes, kind}: VersionLine): string {
  const {units, error, error_cls: errorClass} = attributes ?? {};
  if (state === 'none') return 'nothing';
  if (state !== 'ok') return [errorClass, typeof error === 'string' ? causeOf(error) : ''].filter(Boolean).join(': ') || state;
  return valueText(name, summary, typeof units === 'string' ? units : null) || (kind ?? '');
}
