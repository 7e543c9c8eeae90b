/** Beyond so many differing lines two texts count as different altogether. */
const mostEdits = 2000;

/** A line of both texts, or of one of them; `before` and `after` count the lines that came earlier in each. */
interface Line {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
  readonly before: number;
  readonly after: number;
}

/**
 * How a text differs from another, as `diff -u` says it; empty when they are the same.
 *
 * @param names how the two are called in the first lines.
 * @param context how many unchanged lines are shown around changes; default 3.
 * @example
 * unifiedDiff('a\nb\n', 'a\nc\n', {names: ['old', 'new']}); // '--- old\n+++ new\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n'
 */
export function unifiedDiff(
  before: string,
  after: string,
  {names: [from, to], context = 3}: {names: readonly [string, string]; context?: number},
): string {
  if (before === after) return '';
  const lines = compare(linesOf(before), linesOf(after));
  const hunks = hunksOf(lines, context).map((hunk) => hunkText(hunk));
  return `--- ${from}\n+++ ${to}\n${hunks.join('')}`;
}

const linesOf = (text: string): string[] => {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
};

function compare(before: readonly string[], after: readonly string[]): Line[] {
  const trace = shortestEdit(before, after);
  const marks = trace ? walkBack(before, after, trace) : replaceAll(before, after);
  let [a, b] = [0, 0];
  return marks.map((mark) => {
    const line = {mark, text: (mark === '+' ? after[b] : before[a]) as string, before: a, after: b};
    if (mark !== '+') a += 1;
    if (mark !== '-') b += 1;
    return line;
  });
}

const replaceAll = (before: readonly string[], after: readonly string[]): Line['mark'][] => [
  ...before.map(() => '-' as const),
  ...after.map(() => '+' as const),
];

/**
 * Myers' algorithm: for 0, 1, 2, … edits the furthest point that can be reached on each diagonal, until that is the end of both texts.
 *
 * @returns what was reached before each number of edits; undefined when it takes too many.
 */
function shortestEdit(before: readonly string[], after: readonly string[]): Map<number, number>[] | undefined {
  const trace: Map<number, number>[] = [];
  let reached = new Map([[1, 0]]);
  for (let edits = 0; edits <= Math.min(mostEdits, before.length + after.length); edits++) {
    trace.push(reached);
    const next = new Map<number, number>();
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = isInsertion(reached, diagonal, edits) ? (reached.get(diagonal + 1) ?? 0) : (reached.get(diagonal - 1) ?? 0) + 1;
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x += 1;
      next.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return trace;
    }
    reached = next;
  }
  return undefined;
}

const isInsertion = (reached: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean =>
  diagonal === -edits || (diagonal !== edits && (reached.get(diagonal - 1) ?? 0) < (reached.get(diagonal + 1) ?? 0));

function walkBack(before: readonly string[], after: readonly string[], trace: readonly Map<number, number>[]): Line['mark'][] {
  const marks: Line['mark'][] = [];
  let [x, y] = [before.length, after.length];
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const reached = trace[edits] as Map<number, number>;
    const inserted = isInsertion(reached, x - y, edits);
    const diagonal = inserted ? x - y + 1 : x - y - 1;
    const fromX = edits === 0 ? 0 : (reached.get(diagonal) ?? 0);
    const fromY = edits === 0 ? 0 : fromX - diagonal;
    for (; x > fromX && y > fromY; x--, y--) marks.push(' ');
    if (edits > 0) marks.push(inserted ? '+' : '-');
    [x, y] = [fromX, fromY];
  }
  return marks.reverse();
}

/** Changes with what is around them; those that are close together in one. */
function hunksOf(lines: readonly Line[], context: number): Line[][] {
  const hunks: Line[][] = [];
  let end = -1;
  lines.forEach(({mark}, index) => {
    if (mark === ' ') return;
    const begin = Math.max(0, index - context);
    if (begin > end) hunks.push([]);
    hunks.at(-1)?.push(...lines.slice(Math.max(begin, end), index + context + 1));
    end = Math.max(end, Math.min(lines.length, index + context + 1));
  });
  return hunks;
}

function hunkText(hunk: readonly Line[]): string {
  const [first] = hunk as [Line];
  const range = (without: '-' | '+', start: number): string => {
    const count = hunk.filter(({mark}) => mark !== without).length;
    return `${count === 0 ? start : start + 1}${count === 1 ? '' : `,${count}`}`;
  };
  const body = hunk.map(({mark, text}) => `${mark}${text}\n`).join('');
  return `@@ -${range('+', first.before)} +${range('-', first.after)} @@\n${body}`;
}
