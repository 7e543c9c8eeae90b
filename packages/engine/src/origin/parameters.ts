import {createHash} from 'node:crypto';

/** A longer text is known by its hash, and cannot be given again. */
const longest = 200;
const hashed = 'sha256:';

/** The identities of values given to parameters: their JSON with sorted keys, as long as that is short. */
export const parameterIdentities = (parameters: Readonly<Record<string, unknown>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, identityOf(value)]));

function identityOf(value: unknown): string {
  const text = JSON.stringify(value, sorted) ?? 'null';
  return text.length <= longest ? text : `${hashed}${createHash('sha256').update(text).digest('hex')}`;
}

/** The value behind an identity, if it can be told. */
export function parameterOf(identity: string | null): {value: unknown} | undefined {
  if (identity === null || identity.startsWith(hashed)) return undefined;
  try {
    return {value: JSON.parse(identity)};
  } catch {
    return undefined; // another program's
  }
}

const sorted = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
