import {expect, test} from 'vitest';
import {secondsOf} from '../src/commands/comment.ts';

test('a time of day is the nearest one, so that a night shift comments on what was', () => {
  const at = (text: string): number => Date.parse(text) / 1000;
  const afterMidnight = Date.parse('2026-11-22 00:05');
  expect(secondsOf('23:50', afterMidnight)).toBe(at('2026-11-21 23:50'));
  expect(secondsOf('0:10', afterMidnight)).toBe(at('2026-11-22 00:10'));
  expect(secondsOf('14:30', Date.parse('2026-11-22 20:00'))).toBe(at('2026-11-22 14:30'));
  expect(secondsOf('2026-11-20 14:30', afterMidnight)).toBe(at('2026-11-20 14:30'));
  expect(secondsOf('2026-11-20T14:30:05.5Z', afterMidnight)).toBe(Date.UTC(2026, 10, 20, 14, 30, 5, 500) / 1000);
  for (const nonsense of ['24:70', '5', 'teatime 5', '2026-11-20 25:00', '2026-13-40 10:00'])
    expect(() => secondsOf(nonsense, afterMidnight)).toThrow(/is no time/);
});
