/** Points of a reduced line; both arrays have the same length and x never decreases. */
export interface Trendline {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

const pointsAimedAt = 120;

/**
 * Reduces a line to at most about 300 points that still look like it: every window's first extremum is kept, and what a later one would hide.
 *
 * Gaps (points that are not finite) are left out. Of the others up to 239 are kept unchanged, and the smallest and the largest y always survive. Without x
 * the index is used; unsorted x is sorted.
 *
 * @example
 * trendline(Float64Array.of(1, 5, 2)); // {x: [0, 1, 2], y: [1, 5, 2]}
 */
export function trendline(y: ArrayLike<number>, x?: ArrayLike<number>): Trendline {
  const line = sortedByX(withoutGaps(new Float64Array(y), x === undefined ? indices(y.length) : new Float64Array(x)));
  const ratio = Math.max(1, Math.floor(line.y.length / pointsAimedAt));
  if (ratio === 1) return line;
  const kept = featurePoints(line.y, ratio);
  return {x: Float64Array.from(kept, (i) => line.x[i] as number), y: Float64Array.from(kept, (i) => line.y[i] as number)};
}

// Loops instead of callbacks: lines of a million points are usual.

function indices(length: number): Float64Array {
  const x = new Float64Array(length);
  for (let i = 0; i < length; i++) x[i] = i;
  return x;
}

function withoutGaps(y: Float64Array, x: Float64Array): Trendline {
  const isFinite = (_: number, i: number): boolean => Number.isFinite(x[i]) && Number.isFinite(y[i]);
  for (let i = 0; i < x.length; i++) if (!isFinite(0, i)) return {x: x.filter(isFinite), y: y.filter(isFinite)};
  return {x, y};
}

function isSorted(x: Float64Array): boolean {
  for (let i = 1; i < x.length; i++) if ((x[i - 1] as number) > (x[i] as number)) return false;
  return true;
}

function sortedByX({x, y}: Trendline): Trendline {
  if (isSorted(x)) return {x, y};
  const order = Array.from(x.keys()).sort((a, b) => (x[a] as number) - (x[b] as number));
  return {x: Float64Array.from(order, (i) => x[i] as number), y: Float64Array.from(order, (i) => y[i] as number)};
}

/**
 * Feature-preserving compensated sampling: walks through windows of `ratio` points and returns the indices to keep, in ascending order.
 *
 * At the end of a window its first extremum is kept and the other one remembered; the next window starts from the remembered one. When two windows in a
 * row keep the same kind of extremum, the remembered point in between is kept as well, so no peak or valley disappears.
 */
export function featurePoints(y: ArrayLike<number>, ratio: number): number[] {
  const last = y.length - 1;
  const kept: number[] = last < 0 ? [] : [0];
  const keep = (index: number): void => {
    if (index > (kept.at(-1) as number)) kept.push(index);
  };
  const below = (a: number, b: number): boolean => (y[a] as number) < (y[b] as number) || (Number.isNaN(y[b]) && !Number.isNaN(y[a]));
  const above = (a: number, b: number): boolean => (y[a] as number) > (y[b] as number) || (Number.isNaN(y[b]) && !Number.isNaN(y[a]));

  let minimum = 0;
  let maximum = 0;
  let remembered = 0;
  let previous: 'minimum' | 'maximum' | undefined;
  for (let i = 1; i <= last; i++) {
    if (below(i, minimum)) minimum = i;
    if (above(i, maximum)) maximum = i;
    if (i % ratio !== 0) continue;
    const kind = minimum < maximum ? 'minimum' : 'maximum';
    if (kind === previous) keep(remembered);
    keep(Math.min(minimum, maximum));
    remembered = Math.max(minimum, maximum);
    minimum = remembered;
    maximum = remembered;
    previous = kind;
  }
  // The last, shorter window has no successor that could save its second extremum.
  for (const index of [remembered, Math.min(minimum, maximum), Math.max(minimum, maximum), last]) keep(index);
  return kept;
}
