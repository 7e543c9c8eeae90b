import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import * as typescript from '../example/context.ts';
import {exampleContext} from '../src/index.ts';

test('the example contexts are where the package says, one for each language', () => {
  expect(exampleContext('typescript')).toBe(fileURLToPath(new URL('../example/context.ts', import.meta.url)));
  expect(readFileSync(exampleContext('python'), 'utf8')).toContain('from damnit_ctx import Cell, Skip, Variable');
});

test('the example in TypeScript defines variables for raw and corrected data, that build on each other', () => {
  const variables = Object.values(typescript);
  expect(variables.length).toBeGreaterThan(18);
  expect(variables.every(({kind}) => kind === 'variable')).toBe(true);
  expect(variables.filter(({options}) => options.data === 'proc').length).toBeGreaterThan(1);
  expect(typescript.beamPower.options.inputs).toEqual({intensity: typescript.intensity, pulses: typescript.pulses});
});
