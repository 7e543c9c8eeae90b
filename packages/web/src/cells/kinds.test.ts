import {expect, test} from 'vitest';
import {missingCell, type CellContent} from '../experiment/model.ts';
import {inkOn, isBold, kindOf, spokenValue} from './kinds.ts';

const variable = {name: 'xgm.intensity', title: 'XGM intensity', units: 'mJ', description: null, tags: []};
const ok = (more: Partial<CellContent>): CellContent => ({...missingCell, state: 'ok', ...more});

test('a cell says what it holds, with units only on numbers', () => {
  expect(spokenValue(ok({summary: 1.23}), variable)).toBe('1.23 mJ');
  expect(spokenValue(ok({summary: 1.23, attributes: {units: 'uJ'}}), variable)).toBe('1.23 uJ');
  expect(spokenValue(ok({summary: 1.2345, attributes: {uncertainty: 0.03}}), variable)).toBe('1.23 ± 0.03 mJ');
  expect(spokenValue(ok({summary: 1.2345, attributes: {format: '.1f'}}), variable)).toBe('1.2 mJ');
  expect(spokenValue(ok({summary: 'aligned'}), variable)).toBe('aligned');
  expect(spokenValue(ok({summary: true}), variable)).toBe('yes');
  expect(spokenValue(ok({summary: {trendline: {x: [0, 1, 2], y: [3, 1, 2]}}}), variable)).toBe('trend from 1 to 3 mJ');
});

test('a cell without a value says why', () => {
  expect(spokenValue({...missingCell, state: 'failed', message: 'ValueError: no beam'}, variable)).toBe('failed: ValueError: no beam');
  expect(spokenValue({...missingCell, state: 'skipped'}, variable)).toBe('skipped');
  expect(spokenValue({...missingCell, state: 'none'}, variable)).toBe('no value');
  expect(spokenValue(missingCell, variable)).toBe('not computed');
});

test('a number that hides a changing array is bold, unless its function says otherwise', () => {
  expect(isBold(ok({summary: 1, maxDiff: 0.5}))).toBe(true);
  expect(isBold(ok({summary: 1, maxDiff: 1e-12}))).toBe(false);
  expect(isBold(ok({summary: 1, maxDiff: 0.5, attributes: {bold: false}}))).toBe(false);
});

test('every summary has a kind, and every background an ink', () => {
  expect([null, 1, true, 'a', {re: 1, im: 2}, {image: '/x.png'}, {array: {dtype: 'int8', shape: [2, 2]}}].map(kindOf)).toEqual([
    'empty',
    'number',
    'boolean',
    'text',
    'complex',
    'image',
    'array',
  ]);
  expect([inkOn([255, 230, 180]), inkOn([20, 60, 120])]).toEqual(['black', 'white']);
});
