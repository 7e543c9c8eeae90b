import {isFirstlightError, sentenceOf} from '@firstlight/core';
import type {FastifyError, FastifyReply, FastifyRequest} from 'fastify';

/** What a failed request answers, always in this shape. */
export interface ErrorBody {
  readonly error: {readonly code: string; readonly sentence: string};
}

/** HTTP status by error code; a prefix ends with `-`. The only place where the two meet. */
const statuses: readonly (readonly [string, number])[] = [
  ['no-permission', 500],
  ['no-', 404], // no-such-run, no-value, no-data, no-preview …
  ['bad-', 400],
  ['foreign-', 403],
  ['read-only', 409],
  ['folder-owned', 409],
  ['context-broken', 409],
  ['too-large', 413],
  ['too-many-', 429],
  ['helper-', 503], // the reader crashed, is busy or took too long; the next request may work
  ['hdf5-locked', 503],
  ['closed', 503],
  ['disk-full', 507],
];

/** The HTTP status that says what an error's code says. */
export function statusOf(code: string): number {
  const row = statuses.find(([pattern]) => (pattern.endsWith('-') ? code.startsWith(pattern) : code === pattern));
  return row?.[1] ?? 500;
}

/** Turns anything thrown into a status and a body; what is not ours is reported to `log` and told without its inside. */
export function answerOf(error: unknown, log: (text: string) => void): {status: number; body: ErrorBody} {
  if (isFirstlightError(error)) return {status: statusOf(error.code), body: {error: {code: error.code, sentence: error.message}}};
  const status = statusOfFastify(error);
  if (status !== undefined) return {status, body: {error: {code: codeOfFastify(status), sentence: sentenceOf(error)}}};
  log(`A request failed unexpectedly: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return {
    status: 500,
    body: {error: {code: 'internal', sentence: 'Something went wrong inside the server; its output says what, please report it.'}},
  };
}

function statusOfFastify(error: unknown): number | undefined {
  const status = error instanceof Error ? (error as FastifyError).statusCode : undefined;
  return status !== undefined && status >= 400 && status < 500 ? status : undefined;
}

const codeOfFastify = (status: number): string => ({413: 'too-large', 415: 'bad-content-type'})[status] ?? 'bad-request';

/** Fastify's error handler in our shape. */
export const errorHandler = (log: (text: string) => void) => (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
  const {status, body} = answerOf(error, (text) => log(`${request.method} ${request.url}: ${text}`));
  return reply.code(status).headers({'cache-control': 'no-store'}).send(body);
};
