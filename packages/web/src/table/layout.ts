/** Where columns lie: `lefts[c]` to `lefts[c + 1]`, in pixels from the left edge of the first. */
export interface ColumnLayout {
  readonly lefts: Float64Array;
  readonly totalPx: number;
}

/** Lays columns side by side. */
export function layOut(widths: readonly number[]): ColumnLayout {
  const lefts = new Float64Array(widths.length + 1);
  widths.forEach((width, c) => (lefts[c + 1] = (lefts[c] ?? 0) + width));
  return {lefts, totalPx: lefts[widths.length] ?? 0};
}

/** The column at a distance from the left edge, by halving; clamped to the ends. */
export function columnAt({lefts}: ColumnLayout, px: number): number {
  let [low, high] = [0, Math.max(0, lefts.length - 2)];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lefts[middle] ?? 0) <= px) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The most columns that any window of `widthPx` touches: how many cells a row needs so that scrolling never makes more. */
export function mostColumnsIn({lefts}: ColumnLayout, widthPx: number): number {
  const n = lefts.length - 1;
  let most = 0;
  let last = 0;
  for (let first = 0; first < n; first += 1) {
    // The worst window shows only the last pixel of its first column.
    const end = (lefts[first + 1] ?? 0) + widthPx;
    while (last < n && (lefts[last] ?? 0) < end) last += 1;
    most = Math.max(most, last - first);
  }
  return most;
}

/** The first of `pool` items to paint so that everything from `first` on is covered and nothing beyond `count` is. */
export const firstOfPool = (first: number, pool: number, count: number): number => Math.max(0, Math.min(first, count - pool));

/** The scroll offset that brings `[start, start + size)` into a window with as little movement as possible. */
export function scrollInto(offset: number, windowPx: number, start: number, size: number): number {
  if (start < offset) return start;
  return start + size > offset + windowPx ? start + size - windowPx : offset;
}
