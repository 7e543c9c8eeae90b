import {promisify} from 'node:util';
import {constants, createGzip, gzip} from 'node:zlib';
import {Readable, pipeline} from 'node:stream';
import type {FastifyInstance} from 'fastify';

const compress = promisify(gzip);
const smallestBytes = 1400; // below one network packet nothing is won
const fast = {level: constants.Z_BEST_SPEED};

/**
 * Compresses JSON answers for clients that accept gzip.
 *
 * Only JSON: Arrow and .npy columns of floats hardly shrink and cost more time than a local network does, PNG is compressed already.
 */
export function compressJson(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload: unknown) => {
    if (!String(reply.getHeader('content-type') ?? '').startsWith('application/json')) return payload;
    reply.header('vary', 'accept-encoding');
    if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return payload;
    if (payload instanceof Readable) {
      encoded(reply);
      return pipeline(payload, createGzip(fast), () => undefined); // an error ends the answer; the client sees it cut short
    }
    if (typeof payload !== 'string' || payload.length < smallestBytes) return payload;
    encoded(reply);
    return compress(payload, fast);
  });
}

const encoded = (reply: {header(name: string, value: string): unknown; removeHeader(name: string): unknown}) => {
  reply.removeHeader('content-length');
  reply.header('content-encoding', 'gzip');
};
