import type {VersionLine} from '@firstlight/engine';
import {expect, test} from 'vitest';
import {makerOf} from '../src/version-text.ts';

const version = (facts: object): VersionLine => ({author: null, origin: null, provenance: null, ...facts}) as unknown as VersionLine;

test.each([
  ['a person', {author: 'anna', provenance: 'manual-input'}, 'anna'],
  ['our Python runner', {origin: {language: 'python'}, provenance: 'context.py'}, 'context.py'],
  [
    'our TypeScript runner, whose fragments say what DAMNIT expects',
    {origin: {language: 'typescript'}, provenance: 'context.py'},
    'context.ts',
  ],
  ['another program', {provenance: 'submit.py'}, 'submit.py'],
  ['nobody knows whom', {}, 'unknown'],
])('a version is told to be made by %s', (_who, facts, told) => {
  expect(makerOf(version(facts))).toBe(told);
});
