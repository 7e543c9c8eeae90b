/**
 * Thrown when a variable does not apply to a run; its cell says why, and nothing counts as failed.
 *
 * @example
 * if (run.trainIds.length === 0) throw new Skip('no trains');
 */
export class Skip extends Error {
  override readonly name = 'Skip';
}

/**
 * Leaves this variable out for this run, and says why; the same as `throw new Skip(message)`.
 *
 * @example
 * if (run.trainIds.length === 0) skip('no trains');
 */
export function skip(message: string): never {
  throw new Skip(message);
}
