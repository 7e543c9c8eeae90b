import {Readable} from 'node:stream';
import {FirstlightError} from '@firstlight/core';
import type {FastifyInstance} from 'fastify';
import type {Catalogue} from '../experiments/catalogue.ts';
import {answerOf} from '../http/errors.ts';
import {jsonLines, orSilence} from '../http/lines.ts';
import {continued, withErrorAsLine} from './lines.ts';

/** Most commands that are done at the same time. */
const mostAtOnce = 32;
/** How long a command may think before its answer begins. */
const patienceMs = 5000;

/**
 * `POST /api/experiments/ID/commands/NAME`: does a command, and tells what it tells as JSON lines.
 *
 * What fails at once answers with its status as everywhere; later, the last line is `{"event": "error", "code", "sentence"}`. The command ends when
 * the client leaves.
 */
export function commandRoutes(app: FastifyInstance, catalogue: Catalogue, log: (text: string) => void): void {
  let running = 0;
  app.post<{Params: {id: string; name: string}}>('/api/experiments/:id/commands/:name', async ({params, body}, reply) => {
    if (running >= mostAtOnce)
      throw new FirstlightError('too-many-requests', `${mostAtOnce} commands are at work already; wait until one of them ends.`);
    const leaving = new AbortController();
    const command = catalogue.find(params.id).command(params.name, body ?? {}, leaving.signal);
    const told = command[Symbol.asyncIterator]();
    running += 1;
    reply.raw.once('close', () => {
      running -= 1;
      leaving.abort();
    });
    const first = told.next();
    await orSilence(first, patienceMs);
    const lines = jsonLines(withErrorAsLine(continued(first, told), (error) => answerOf(error, log).body.error));
    return reply
      .headers({'content-type': 'application/x-ndjson', 'cache-control': 'no-store'})
      .send(Readable.from(lines, {objectMode: false}));
  });
}
