import {FirstlightError} from './errors.ts';

const part = /^(\d+)(?:-(\d+))?$/;
const mostRuns = 100_000;

/**
 * Reads a selection of runs as people write it: `12`, `1-5,8` or `all`.
 *
 * @returns the run numbers in ascending order without repeats, or `'all'`.
 * @throws FirstlightError `bad-runs` when it cannot be read.
 * @example
 * parseRuns('1-3, 8'); // [1, 2, 3, 8]
 */
export function parseRuns(text: string): number[] | 'all' {
  if (text.trim() === 'all') return 'all';
  const numbers = text.split(',').flatMap((piece) => range(piece.trim(), text));
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function range(piece: string, whole: string): number[] {
  const match = part.exec(piece);
  if (!match) throw badRuns(whole);
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  if (last < first || last - first >= mostRuns) throw badRuns(whole);
  return Array.from({length: last - first + 1}, (_, i) => first + i);
}

const badRuns = (text: string) =>
  new FirstlightError('bad-runs', `"${text}" does not name runs; write for example 12, 1-5,8 or all.`, {facts: {text}});
