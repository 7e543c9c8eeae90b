import {Readable} from 'node:stream';
import {FirstlightError} from '@firstlight/core';
import type {FastifyInstance} from 'fastify';
import type {Catalogue} from '../experiments/catalogue.ts';
import {jsonLines} from '../http/lines.ts';
import {parseQuery} from '../http/query.ts';
import {withOwnAddresses} from './own-addresses.ts';
import {requestOf, watchedBody} from './request.ts';

/** Most requests that are watched at the same time; their work is not limited by it. */
const mostWatched = 64;

/**
 * `POST /api/experiments/ID/process`: the events of the work as JSON lines, the same that `firstlight process --json` prints.
 *
 * The work is durable: when the client goes away it goes on. Only a trial ends then.
 */
export function processRoutes(app: FastifyInstance, catalogue: Catalogue): void {
  let watched = 0;
  app.post<{Params: {id: string}}>('/api/experiments/:id/process', (request, reply) => {
    const experiment = catalogue.find(request.params.id);
    const {trial, ...body} = parseQuery(watchedBody, request.body);
    const asked = requestOf(body, experiment);
    if (watched >= mostWatched) {
      throw new FirstlightError('too-many-requests', `${mostWatched} requests are being followed already; wait until one of them ends.`);
    }
    watched += 1;
    const leaving = new AbortController();
    const events = trial ? experiment.process({...asked, trial}, leaving.signal) : experiment.process(asked);
    const lines = Readable.from(jsonLines(withOwnAddresses(events, request.params.id)), {objectMode: false});
    lines.once('close', () => {
      watched -= 1;
      leaving.abort();
    });
    return reply.headers({'content-type': 'application/x-ndjson', 'cache-control': 'no-store'}).send(lines);
  });
}
