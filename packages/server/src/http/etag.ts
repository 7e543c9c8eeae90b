import {createHash} from 'node:crypto';
import type {FastifyReply, FastifyRequest} from 'fastify';

/** A strong entity tag of everything an answer depends on. */
export const etagOf = (...parts: readonly (string | number | bigint | Uint8Array)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = typeof part === 'object' ? part : Buffer.from(String(part));
    hash.update(`${bytes.byteLength}:`).update(bytes); // lengths keep ("a", "bc") and ("ab", "c") apart
  }
  return `"${hash.digest('base64url').slice(0, 24)}"`;
};

/**
 * Puts the entity tag on an answer and tells whether the client has that very answer already; then nothing but 304 must be sent.
 *
 * Everything we serve by tag is asked for again each time (`no-cache`): a value may be replaced at any moment.
 */
export function isUnchanged(request: FastifyRequest, reply: FastifyReply, etag: string): boolean {
  reply.headers({etag, 'cache-control': 'private, no-cache'});
  const known = request.headers['if-none-match'];
  return known !== undefined && (known.trim() === '*' || known.split(',').some((tag) => bare(tag) === bare(etag)));
}

/** Whether the client may use what it has is decided without regard to weakness (RFC 9110, 8.8.3.2). */
const bare = (tag: string) => tag.trim().replace(/^W\//, '');
