import {dirname, relative} from 'node:path';
import {inspect} from 'node:util';
import {isFirstlightError} from '@firstlight/core';
import {positionIn} from '../../position.ts';
import type {Position} from '../../position.ts';
import {Skip} from '../../skip.ts';

/** What was thrown, as it is stored. */
export interface Failure {
  readonly errorClass: string;
  readonly message: string;
  /** It is a `Skip`, or of a class that extends it. */
  readonly isSkip?: boolean;
  /** Where in the user's files: `context.ts:12`. */
  readonly where?: string | undefined;
}

/** The class and message of whatever users' code threw. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof Skip) return {errorClass: skipClassOf(thrown), message: thrown.message, isSkip: true};
  if (isFirstlightError(thrown, 'value-not-storable')) return {errorClass: 'TypeError', message: thrown.message};
  if (thrown instanceof Error) return {errorClass: classOf(thrown), message: thrown.message};
  return {errorClass: 'Error', message: `${inspect(thrown, {breakLength: Infinity})} was thrown, which is no Error.`};
}

/** `error.name`, or the class's own name where that says more (a subclass that sets none). */
const classOf = (error: Error): string => (error.name === 'Error' ? (error.constructor?.name ?? 'Error') : error.name);

/** As in DAMNIT, a class that extends `Skip` is told by its own name. */
const skipClassOf = (skip: Skip): string => ((skip.name as string) === 'Skip' ? (skip.constructor?.name ?? 'Skip') : skip.name);

/** The innermost line of the user's that an error passed through, or where the variable stands. */
export function placeOf(thrown: unknown, context: string, variable: Position | undefined): string | undefined {
  const lines = thrown instanceof Error ? (thrown.stack ?? '').split('\n') : [];
  const isUsers = (position: Position | undefined): boolean =>
    position !== undefined && position.file.startsWith(`${dirname(context)}/`) && !position.file.includes('/node_modules/');
  return placeText(lines.map(positionIn).find(isUsers) ?? variable, context);
}

/** A place as people write it, relative to the context's folder. */
export const placeText = (position: Pick<Position, 'file' | 'line'> | undefined, context: string): string | undefined =>
  position && `${relative(dirname(context), position.file)}:${position.line}`;

const ours = /\/packages\/(context|core|data|store|hdf5)\/|\(node:|at node:|node_modules\/@firstlight\//;

/** The trace of an error down to the user's own lines. */
export function userTrace(thrown: unknown): string {
  if (!(thrown instanceof Error) || !thrown.stack) return failureOf(thrown).message;
  return thrown.stack
    .split('\n')
    .filter((line) => !(line.trimStart().startsWith('at ') && ours.test(line)))
    .join('\n');
}
