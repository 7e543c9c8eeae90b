/**
 * A number as table cells and the command line show it: whole numbers below 10 000 as they are, 0.0001 to 10 000 with four decimals at most,
 * anything else in scientific notation with three decimals (the conventions DAMNIT's users know).
 *
 * @example
 * formatNumber(1.23456); // '1.2346'
 * formatNumber(123456); // '1.235e+5'
 */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 10_000) return String(value);
  if (size >= 1e-4 && size < 1e4) return String(Number(value.toFixed(4)));
  return value.toExponential(3);
}
