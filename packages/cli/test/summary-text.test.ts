import {expect, test} from 'vitest';
import {causeOf, localTime, oneLine, summaryText, valueText} from '../src/summary-text.ts';

test.each([
  [{re: -4.3, im: -2.9}, '-4.3 - 2.9i mJ'],
  [{re: 1, im: 0}, '1 + 0i mJ'],
  [{re: 'NaN', im: '-Infinity'}, 'NaN - ∞i mJ'],
  [2.5, '2.5 mJ'],
])('a summary is one line with its units: %j', (summary, text) => {
  expect(summaryText(summary, {units: 'mJ'})).toBe(text);
});

test('a number has its uncertainty, and is written as its variable wants it', () => {
  expect(summaryText(2.5123, {units: 'mJ', uncertainty: 0.034})).toBe('2.51 ± 0.03 mJ');
  expect(summaryText(2.5123, {format: '.1f'})).toBe('2.5');
});

test('the start of a run is the time on the clock here', () => {
  const noon = new Date(2026, 0, 31, 12, 5, 9).getTime() / 1000;
  expect(localTime(noon)).toBe('2026-01-31 12:05:09');
  expect(valueText('start_time', noon)).toBe('2026-01-31 12:05:09');
  expect(valueText('other', 3)).toBe('3');
});

test.each([
  ['ZeroDivisionError: division by zero\n  more', 'ZeroDivisionError: division by zero'],
  [
    'Skipped due to missing dependency:\n├ (a) skipped\n│  └ (b) failed: ValueError: no beam\n│     at noon\n└ (c) failed: TypeError: x',
    '(b) failed: ValueError: no beam',
  ],
  [
    'Skipped due to missing dependency:\n├ (b) failed: Skip: Skipped due to missing dependency:\n│     └ (a) failed: Skip: no beam\n└ (e) failed: KeyError: x',
    '(a) failed: Skip: no beam',
  ],
  ["SourceNameError: no source named 'A/B'\nSee all_sources (context.py:12)", "SourceNameError: no source named 'A/B' (context.py:12)"],
  ['ValueError: two things:\nthis and that (context.py:7)', 'ValueError: two things: (context.py:7)'],
  ["Dependencies returned no data:\n- 'a'\n- 'b'", "Dependencies returned no data: 'a'"],
  ['', ''],
])('of a long message the line with the cause is shown', (message, cause) => {
  expect(causeOf(message)).toBe(cause);
});

test('of a long text its beginning is shown', () => {
  expect(oneLine('short\nlines')).toBe('short');
  expect(oneLine('x'.repeat(3000))).toBe(`${'x'.repeat(399)}…`);
});
