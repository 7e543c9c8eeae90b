import {wire} from '@firstlight/core';
import type {Needs as WireNeeds} from '@firstlight/core';

/** What a variable needs to be computed, beside its inputs; everything may be left out. */
export interface Needs extends Readonly<Omit<WireNeeds, 'dependsOn'>> {
  /** Files it reads that nothing else tells of; when one changes, its values are stale. Relative to the context's folder. */
  readonly dependsOn?: readonly string[];
}

/** What a variable needs: seconds and bytes positive, counts whole. */
export const needsSchema = wire.needs.strict();

/**
 * Says what a variable needs to be computed.
 *
 * @throws TypeError when something in it is not as it should be.
 * @example
 * export const fit = variable({needs: needs({timeoutSeconds: 60, cpus: 4})}, ({run}) => …);
 */
export function needs(wanted: Needs): Needs {
  const parsed = needsSchema.safeParse(wanted);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TypeError(`needs({${issue?.path.join('.') ?? ''}: …}): ${issue?.message}.`);
}
