const trimZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

const scientific = (value: number): string => {
  const [mantissa = '', exponent = ''] = value.toExponential(3).split('e');
  return `${trimZeros(mantissa)}e${exponent.replace('+', '')}`;
};

/**
 * A number as a table cell shows it: whole numbers below 10 000 as they are, 0.0001 to 10 000 with five significant digits, the rest as `1.235e-7`.
 *
 * @example
 * formatNumber(1.23) // '1.23'
 * formatNumber(123456) // '1.235e5'
 */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  const size = Math.abs(value);
  if (size < 1e4 && Number.isInteger(value)) return String(value === 0 ? 0 : value);
  if (size < 1e-4 || size >= 1e4) return scientific(value);
  const rounded = value.toPrecision(5);
  return rounded.includes('e') ? scientific(value) : trimZeros(rounded);
}
