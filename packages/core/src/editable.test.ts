import {expect, test} from 'vitest';
import {parseEditable} from './editable.ts';

test('what a person types for a variable is read as DAMNIT reads it', () => {
  expect(['true', 'YES', ' 1 ', 'False', 'no', '0', ''].map((text) => parseEditable('boolean', text))).toEqual([
    1n,
    1n,
    1n,
    0n,
    0n,
    0n,
    null,
  ]);
  expect(['7', ' -12 ', '+3', '1_000', '9223372036854775807'].map((text) => parseEditable('integer', text))).toEqual([
    7n,
    -12n,
    3n,
    1000n,
    9223372036854775807n,
  ]);
  expect(['1.5', '1e-3', '.5', '5.', '-inf', 'Infinity', 'nan', '1_0.0_1'].map((text) => parseEditable('number', text))).toEqual([
    1.5,
    0.001,
    0.5,
    5,
    -Infinity,
    Infinity,
    Number.NaN,
    10.01,
  ]);
  expect(['', ' kept as it is ', 'ü'].map((text) => parseEditable('string', text))).toEqual([null, ' kept as it is ', 'ü']);
});

test.each([
  ['boolean', 'maybe'],
  ['boolean', '2'],
  ['integer', '1.0'],
  ['integer', '0x10'],
  ['integer', '9223372036854775808'],
  ['integer', '1__0'],
  ['number', '1,5'],
  ['number', '1.5 mm'],
  ['number', '--1'],
  ['string', 'nul\0'],
] as const)('as %s, %j is refused', (type, text) => {
  expect(() => parseEditable(type, text)).toThrow(expect.objectContaining({code: 'bad-value'}));
});
