/**
 * An error a person can act on: a stable code, one sentence (what, where, why, what next), and the facts behind it.
 *
 * Everything we throw on purpose is one of these; anything else that surfaces is a defect of ours.
 *
 * @example
 * throw new FirstlightError('no-such-run', 'Run 99 does not exist in proposal 1234; `firstlight show` lists the runs.', {facts: {run: 99}});
 */
export class FirstlightError extends Error {
  override readonly name = 'FirstlightError';
  readonly code: string;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: string, sentence: string, {facts = {}, cause}: {facts?: Record<string, unknown>; cause?: unknown} = {}) {
    super(sentence, cause === undefined ? undefined : {cause});
    this.code = code;
    this.facts = facts;
  }
}

/** Tells whether an error is one of ours, optionally with a given code. */
export const isFirstlightError = (error: unknown, code?: string): error is FirstlightError =>
  error instanceof FirstlightError && (code === undefined || error.code === code);

/** The sentence of anything that was thrown. */
export const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
