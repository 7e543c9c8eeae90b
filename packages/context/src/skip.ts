/**
 * Thrown when a variable does not apply to a run; its cell says why, and nothing counts as failed.
 *
 * @example
 * if (run.trainIds.length === 0) throw new Skip('no trains');
 */
export class Skip extends Error {
  override readonly name = 'Skip';
}
