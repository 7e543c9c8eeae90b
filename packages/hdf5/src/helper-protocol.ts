import {FirstlightError, sentenceOf} from '@firstlight/core';

/** A call, as it goes to the helper. */
export interface CallMessage {
  readonly id: number;
  readonly name: string;
  readonly args: unknown;
}

/** An error as plain data. */
export interface PlainError {
  readonly code: string;
  readonly message: string;
  readonly facts: Record<string, unknown>;
  readonly ours: boolean;
}

/** What comes back from the helper. */
export type ReplyMessage =
  | {readonly ready: true}
  | {readonly id: number; readonly result: unknown}
  | {readonly id: number; readonly error: PlainError};

/** An error as it can cross between processes. */
export function toPlainError(error: unknown): PlainError {
  if (error instanceof FirstlightError) return {code: error.code, message: error.message, facts: {...error.facts}, ours: true};
  return {code: 'helper-failed', message: sentenceOf(error), facts: {stack: error instanceof Error ? error.stack : undefined}, ours: false};
}

/** The error again; one that was not ours says which call it came from. */
export function fromPlainError(error: PlainError, name: string): FirstlightError {
  const message = error.ours ? error.message : `"${name}" failed in the helper process: ${error.message}`;
  return new FirstlightError(error.code, message, {facts: error.facts});
}
