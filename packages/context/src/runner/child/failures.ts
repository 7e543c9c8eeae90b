import {inspect} from 'node:util';
import {isFirstlightError} from '@firstlight/core';
import {Skip} from '../../skip.ts';

/** What was thrown, as it is stored. */
export interface Failure {
  readonly errorClass: string;
  readonly message: string;
}

/** The class and message of whatever users' code threw. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof Skip) return {errorClass: 'Skip', message: thrown.message};
  if (isFirstlightError(thrown, 'value-not-storable')) return {errorClass: 'TypeError', message: thrown.message};
  if (thrown instanceof Error) return {errorClass: classOf(thrown), message: thrown.message};
  return {errorClass: 'Error', message: `${inspect(thrown, {breakLength: Infinity})} was thrown, which is no Error.`};
}

/** `error.name`, or the class's own name where that says more (a subclass that sets none). */
const classOf = (error: Error): string => (error.name === 'Error' ? (error.constructor?.name ?? 'Error') : error.name);

const ours = /\/packages\/(context|core|data|store|hdf5)\/|\(node:|at node:|node_modules\/@firstlight\//;

/** The trace of an error down to the user's own lines. */
export function userTrace(thrown: unknown): string {
  if (!(thrown instanceof Error) || !thrown.stack) return failureOf(thrown).message;
  return thrown.stack
    .split('\n')
    .filter((line) => !(line.trimStart().startsWith('at ') && ours.test(line)))
    .join('\n');
}
