import type {CommandLine} from '@firstlight/engine';
import {expect, test} from 'vitest';
import {diffText} from '../src/commands/diff.ts';

type Line = CommandLine<'diff'>;
type Version = Line['a'];

const version = (number: number, more: Partial<Version> = {}): Version => ({
  proposal: 1234,
  run: 1,
  name: 'line',
  version: number,
  isCurrent: number === 2,
  timestamp: 0,
  state: 'ok',
  summary: 0.5,
  attributes: null,
  maxDiff: 1,
  kind: 'float64 (1000,)',
  hasData: true,
  provenance: 'context.py',
  author: 'somebody',
  origin: null,
  code: null,
  environment: null,
  files: null,
  ...more,
});
const rest = {
  proposal: 1234,
  run: 1,
  name: 'line',
  isChanged: false,
  data: null,
  code: {isChanged: null, text: ''},
  inputs: [],
  files: [],
  packages: [],
};

test('diff says of which versions the data is gone, and nothing of versions that never had any', () => {
  const textOf = (a: Partial<Version>, b: Partial<Version>): string => diffText({...rest, a: version(1, a), b: version(2, b)});
  const gone = (what: string): string => `The data of ${what} is not kept any more; only the summaries can be compared.`;
  expect(textOf({hasData: false}, {})).toContain(gone('version 1'));
  expect(textOf({hasData: false}, {hasData: false})).toContain(gone('versions 1 and 2'));
  expect(textOf({hasData: false, state: 'failed', kind: null}, {})).not.toContain('kept');
});
