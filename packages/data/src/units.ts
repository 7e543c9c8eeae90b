import {openForReading} from './open-files.ts';

/** The attributes of a key; for control data those of its group count more than those of its `value`. */
export function readAttributes(file: string, path: string): Map<string, unknown> {
  const root = openForReading(file);
  using dataset = root.dataset(path);
  const attributes = new Map(dataset.attributes.entries());
  if (!path.startsWith('CONTROL/') || !path.endsWith('/value')) return attributes;
  using group = root.group(path.slice(0, -'/value'.length));
  return new Map([...attributes, ...group.attributes.entries()]);
}

/** The units as a symbol, e.g. `mJ` or `μm`; undefined where the file does not say (before version 1.3). */
export function unitsOf(attributes: ReadonlyMap<string, unknown>): string | undefined {
  const unit = attributes.get('unitSymbol');
  if (typeof unit !== 'string') return undefined;
  const prefix = attributes.get('metricPrefixSymbol');
  if (typeof prefix !== 'string') return unit;
  return `${prefix === 'u' ? 'μ' : prefix}${unit}`;
}
