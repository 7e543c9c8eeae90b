import {type Attributes, formatMeasured, formatNumber} from '@firstlight/core';

/** How a number is written: its units, its uncertainty, and the format that its variable wants. */
type Writing = Pick<Attributes, 'units' | 'uncertainty' | 'format'>;

/** A summary in the form of `summaryToJson`, as one line of text. */
export function summaryText(summary: unknown, writing: Writing = {}): string {
  const {units} = writing;
  if (summary === null || summary === undefined) return '';
  if (typeof summary === 'number') return [formatMeasured(summary, writing), units].filter(Boolean).join(' ');
  if (typeof summary === 'string') return summary;
  if (typeof summary !== 'object') return JSON.stringify(summary);
  if ('re' in summary && 'im' in summary) return complexText(Number(summary.re), Number(summary.im), units);
  if ('int' in summary) return units ? `${String(summary.int)} ${units}` : String(summary.int);
  if ('image' in summary) return '[image]';
  if ('trendline' in summary) return sparkline((summary.trendline as {y: unknown[]}).y.map(Number));
  if ('array' in summary) {
    const {dtype, shape} = summary.array as {dtype: string; shape: number[]};
    return `${dtype} (${shape.join(', ')})`;
  }
  return JSON.stringify(summary);
}

const complexText = (re: number, im: number, units?: string | null): string =>
  `${formatNumber(re)} ${im < 0 || Object.is(im, -0) ? '-' : '+'} ${formatNumber(Math.abs(im))}i${units ? ` ${units}` : ''}`;

/** A variable's summary as one line of text; a run's start as the clock on the wall showed it. */
export function valueText(name: string, summary: unknown, writing: Writing = {}): string {
  return name === 'start_time' && typeof summary === 'number' ? localTime(summary) : summaryText(summary, writing);
}

/** Seconds since 1970 as `2026-01-31 18:05:09`, in this machine's time zone. */
export const localTime = (seconds: number): string => new Date(seconds * 1000).toLocaleString('sv-SE');

/**
 * The line of a message that says what happened, and where: of a tree of causes its first leaf.
 *
 * @example
 * causeOf('Skipped due to missing dependency:\n└ (b) failed: ValueError: no beam'); // '(b) failed: ValueError: no beam'
 * causeOf('SourceNameError: no such source\nSee all_sources (context.py:3)'); // 'SourceNameError: no such source (context.py:3)'
 */
export function causeOf(message: string): string {
  const lines = message.split('\n').filter((line) => line.trim() !== '');
  const leaf = lines.map((line) => /^[\s├└│]*(\(\S+\) failed: .*[^:])$/.exec(line)?.[1]).find((found) => found !== undefined);
  if (leaf !== undefined) return leaf;
  const [first = '', second] = lines;
  if (first.endsWith(':') && second?.startsWith('- ')) return `${first} ${second.slice(2)}`;
  const [place = ''] = lines.length > 1 ? (/ \([^\s()]+:\d+\)$/.exec(message) ?? []) : [];
  return `${first}${place}`;
}

const mostCharacters = 400;

/** The first line of a text, and no more of it than one looks at; `firstlight show RUN NAME` prints all. */
export function oneLine(text: string): string {
  const [first = ''] = text.split('\n');
  return first.length > mostCharacters ? `${first.slice(0, mostCharacters - 1)}…` : first;
}

const bars = '▁▂▃▄▅▆▇█';
const width = 24;

/** A row of up to 24 bars, each the mean of its share of the points. */
export function sparkline(values: readonly number[]): string {
  const finite = values.filter((value) => Number.isFinite(value));
  if (finite.length === 0) return '[empty]';
  const low = finite.reduce((a, b) => Math.min(a, b));
  const span = finite.reduce((a, b) => Math.max(a, b)) - low;
  const count = Math.min(width, finite.length);
  const mean = (share: number[]) => share.reduce((sum, value) => sum + value, 0) / share.length;
  const shares = Array.from({length: count}, (_, i) =>
    mean(finite.slice(Math.floor((i * finite.length) / count), Math.floor(((i + 1) * finite.length) / count))),
  );
  return shares.map((value) => bars[span === 0 ? 3 : Math.min(7, Math.floor(((value - low) / span) * 8))]).join('');
}
