/** Points of a trendline; what JSON cannot say as a number comes as text. */
export interface Points {
  readonly x: readonly (number | string)[];
  readonly y: readonly (number | string)[];
}

const spanOf = (values: readonly (number | string)[]): {low: number; span: number} => {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value as number);
    high = Math.max(high, value as number);
  }
  return {low, span: high - low};
};

/**
 * The SVG path of a trendline in a box of `width` by `height` pixels; a gap where a point is not a finite number, a level line in the middle when nothing changes.
 *
 * @example
 * sparkline({x: [0, 1], y: [0, 1]}, 10, 4) // 'M0 4L10 0'
 */
export function sparkline({x, y}: Points, width: number, height: number): string {
  const [across, up] = [spanOf(x), spanOf(y)];
  if (!Number.isFinite(up.span)) return '';
  let path = '';
  let pen = 'M';
  for (let i = 0; i < y.length; i += 1) {
    const [xi, yi] = [Number(x[i]), Number(y[i])];
    if (!Number.isFinite(xi) || !Number.isFinite(yi)) {
      pen = 'M';
      continue;
    }
    const px = across.span > 0 ? ((xi - across.low) / across.span) * width : width / 2;
    const py = up.span > 0 ? height - ((yi - up.low) / up.span) * height : height / 2;
    path += `${pen}${round(px)} ${round(py)}`;
    pen = 'L';
  }
  return path;
}

const round = (value: number): number => Math.round(value * 10) / 10;
