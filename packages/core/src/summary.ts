import type {Summary} from './model.ts';
import type {WireSummary} from './wire/runner.ts';

type WireNumber = number | 'NaN' | 'Infinity' | '-Infinity';

const fromWireNumber = (value: WireNumber): number => (typeof value === 'string' ? Number(value) : value);
const toJsonNumber = (value: number): WireNumber => (Number.isFinite(value) ? value : (String(value) as WireNumber));

/**
 * Turns a summary as a runner sends it into a cell's summary; a PNG becomes the address it can be loaded from.
 *
 * @param imageUrl where this cell's picture is served.
 */
export function summaryFromWire(wire: WireSummary, imageUrl: string): Summary {
  if (wire === null || typeof wire === 'boolean') return wire;
  if (typeof wire === 'number' || typeof wire === 'string') return fromWireNumber(wire);
  if ('int' in wire) return BigInt(wire.int);
  if ('text' in wire) return wire.text;
  if ('png' in wire) return {image: imageUrl};
  if ('re' in wire) return {re: fromWireNumber(wire.re), im: fromWireNumber(wire.im)};
  if ('trendline' in wire) {
    return {trendline: {x: wire.trendline.x.map(fromWireNumber), y: wire.trendline.y.map(fromWireNumber)}};
  }
  return wire;
}

/** A summary as JSON for scripts and the browser: NaN and infinities as strings, an integer beyond 2^53 as `{int: '9007199254740993'}`, so that it is no text. */
export function summaryToJson(summary: Summary): unknown {
  if (typeof summary === 'number') return toJsonNumber(summary);
  if (typeof summary === 'bigint') return Number.isSafeInteger(Number(summary)) ? Number(summary) : {int: String(summary)};
  if (summary === null || typeof summary !== 'object') return summary;
  if ('re' in summary) return {re: toJsonNumber(summary.re), im: toJsonNumber(summary.im)};
  if ('trendline' in summary) {
    return {trendline: {x: summary.trendline.x.map(toJsonNumber), y: summary.trendline.y.map(toJsonNumber)}};
  }
  return summary;
}

/** Reads what `summaryToJson` wrote. Of texts that say NaN or an infinity nobody can tell that they were texts: they come back as numbers. */
export function summaryFromJson(json: unknown): Summary {
  if (json === 'NaN' || json === 'Infinity' || json === '-Infinity') return Number(json);
  if (typeof json !== 'object' || json === null) return json as Summary;
  if ('int' in json) return BigInt(json.int as string);
  if ('re' in json) return {re: Number(json.re), im: Number((json as {im?: unknown}).im)};
  if (!('trendline' in json)) return json as Summary;
  const {x, y} = json.trendline as Record<'x' | 'y', readonly WireNumber[]>;
  return {trendline: {x: x.map(fromWireNumber), y: y.map(fromWireNumber)}};
}
