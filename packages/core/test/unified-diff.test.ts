import {expect, test} from 'vitest';
import {unifiedDiff} from '../src/unified-diff.ts';

const names = ['old', 'new'] as const;

test('texts that are the same do not differ', () => {
  expect(unifiedDiff('a\nb\n', 'a\nb\n', {names})).toBe('');
});

test.each([
  ['a change in the middle', 'a\nb\nc\n', 'a\nx\nc\n', '@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n'],
  ['the only line', 'a\n', 'b\n', '@@ -1 +1 @@\n-a\n+b\n'],
  ['everything new', '', 'a\nb\n', '@@ -0,0 +1,2 @@\n+a\n+b\n'],
  ['everything gone', 'a\n', '', '@@ -1 +0,0 @@\n-a\n'],
])('%s', (_, before, after, expected) => {
  expect(unifiedDiff(before, after, {names})).toBe(`--- old\n+++ new\n${expected}`);
});

test('changes that are far apart are in hunks of their own, those that are close in one', () => {
  const lines = Array.from({length: 40}, (_, i) => `line ${i}`);
  const changed = lines.map((line, i) => ([3, 6, 30].includes(i) ? `${line} changed` : line));
  const diff = unifiedDiff(`${lines.join('\n')}\n`, `${changed.join('\n')}\n`, {names});
  expect(diff.match(/^@@.*@@$/gm)).toEqual(['@@ -1,10 +1,10 @@', '@@ -28,7 +28,7 @@']);
});

/** What a patch makes of a text; fails when it does not fit. */
function patched(text: string, diff: string): string {
  const lines = text.split('\n').slice(0, -1);
  const result: string[] = [];
  let next = 0;
  for (const line of diff.split('\n').slice(2, -1)) {
    const start = /^@@ -(\d+)(,0)?/.exec(line);
    if (start) while (next < Number(start[1]) - (start[2] ? 0 : 1)) result.push(lines[next++] as string);
    else if (line.startsWith('+')) result.push(line.slice(1));
    else {
      if (lines[next] !== line.slice(1)) throw new Error(`"${line}" does not fit.`);
      next += 1;
      if (line.startsWith(' ')) result.push(line.slice(1));
    }
  }
  return [...result, ...lines.slice(next), ''].join('\n');
}

test('any two texts differ by what makes one of the other', () => {
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 16_807) % 2_147_483_647) % below;
  for (let round = 0; round < 200; round++) {
    const text = (): string => Array.from({length: random(30)}, () => `${'abcd'[random(4)]}\n`).join('');
    const [before, after] = [text(), text()];
    expect(patched(before, unifiedDiff(before, after, {names}))).toBe(after);
  }
});

test('texts that have nothing in common and are long count as replaced', () => {
  const text = (name: string): string => Array.from({length: 3000}, (_, i) => `${name} ${i}\n`).join('');
  expect(unifiedDiff(text('a'), text('b'), {names})).toContain('@@ -1,3000 +1,3000 @@\n-a 0\n-a 1\n');
});
