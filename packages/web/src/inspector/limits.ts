/** Lower and upper limit of a colour scale. */
export interface Limits {
  readonly low: number;
  readonly high: number;
}

const mostSamples = 100_000;

/**
 * The values below which `percent` and `100 - percent` of the finite numbers lie; 0 gives the extremes.
 *
 * Large arrays are looked at in even steps, which moves a percentile less than anyone sees; the extremes are always exact.
 */
export function percentileLimits(values: ArrayLike<number>, percent: number): Limits {
  if (percent <= 0) return extremes(values);
  const step = Math.max(1, Math.floor(values.length / mostSamples));
  const samples: number[] = [];
  for (let i = 0; i < values.length; i += step) if (Number.isFinite(values[i])) samples.push(values[i] ?? 0);
  if (samples.length === 0) return {low: 0, high: 1};
  const sorted = Float64Array.from(samples).sort();
  const at = (part: number) => sorted[Math.round((sorted.length - 1) * part)] ?? 0;
  const limits = {low: at(percent / 100), high: at(1 - percent / 100)};
  return limits.high > limits.low ? limits : extremes(values);
}

function extremes(values: ArrayLike<number>): Limits {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? {low, high} : {low: 0, high: 1};
}
