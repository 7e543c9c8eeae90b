import type {Attributes} from './model.ts';

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

/**
 * A number as its variable wants it written, with its uncertainty (one standard deviation) if it has one.
 *
 * Without a `format` the uncertainty has one digit, two when the first is 1, and the number ends where it does. A `format` is Python's, of the kinds `f`, `e`, `g`, `d` and `%`
 * with `+`, `,` and a precision (https://docs.python.org/3/library/string.html#format-specification-mini-language); any other is as if there were none.
 *
 * @example
 * formatMeasured(5.1234, {uncertainty: 0.234}) // '5.1 ± 0.2'
 * formatMeasured(5.1234, {format: '.2f'}) // '5.12'
 */
export function formatMeasured(value: number, {uncertainty, format}: Pick<Attributes, 'uncertainty' | 'format'>): string {
  const asWanted = format === undefined ? undefined : formatLike(format);
  const error = typeof uncertainty === 'number' && uncertainty > 0 && Number.isFinite(value) ? uncertainty : undefined;
  const write = asWanted ?? (error === undefined ? formatNumber : toTheDigitOf(error, value));
  return error === undefined ? write(value) : `${write(value)} ± ${write(error)}`;
}

/** Numbers of usual size end at the first digit of their uncertainty that counts; very large and very small ones are as without. */
function toTheDigitOf(error: number, value: number): (number: number) => string {
  const isUsual = Math.max(Math.abs(value), error) < 1e6 && error >= 1e-6;
  if (!isUsual) return formatNumber;
  const first = Math.floor(Math.log10(error));
  const decimals = Math.max(0, error / 10 ** first < 1.95 ? 1 - first : -first);
  return (number) => number.toFixed(decimals);
}

const specification = /^(?<sign>\+?)(?<commas>,?)(?:\.(?<precision>\d{1,2}))?(?<kind>[feg%d])$/i;

/** Python's `format(value, text)`; undefined for a specification of another kind. */
function formatLike(text: string): ((value: number) => string) | undefined {
  const {sign, commas, precision, kind} = specification.exec(text)?.groups ?? {};
  const write = kind === undefined ? undefined : kinds[kind.toLowerCase()];
  if (!write) return undefined;
  return (value) => {
    if (!Number.isFinite(value)) return formatNumber(value);
    const written = write(value, precision === undefined ? undefined : Number(precision));
    return `${sign && value >= 0 ? sign : ''}${commas ? withCommas(written) : written}`;
  };
}

const exponentOfTwoDigits = (text: string): string => text.replace(/e([+-])(\d)$/, 'e$10$2');

const kinds: Readonly<Record<string, (value: number, precision: number | undefined) => string>> = {
  f: (value, precision = 6) => value.toFixed(precision),
  e: (value, precision = 6) => exponentOfTwoDigits(value.toExponential(precision)),
  g: (value, precision = 6) => general(value, Math.max(1, precision)),
  d: (value) => value.toFixed(0),
  '%': (value, precision = 6) => `${(100 * value).toFixed(precision)}%`,
};

/** As few digits as are needed, with an exponent below 1e-4 and where there are more digits than the precision. */
function general(value: number, precision: number): string {
  const [mantissa = '', exponent = '0'] = value.toExponential(precision - 1).split('e');
  const power = Number(exponent);
  if (power < -4 || power >= precision) return exponentOfTwoDigits(`${trimZeros(mantissa)}e${exponent}`);
  return trimZeros(value.toFixed(Math.max(0, precision - 1 - power)));
}

const withCommas = (text: string): string => text.replace(/^-?\d+/, (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ','));
