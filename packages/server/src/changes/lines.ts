import {Readable} from 'node:stream';
import {FirstlightError} from '@firstlight/core';
import type {FastifyInstance} from 'fastify';
import {z} from 'zod';
import type {Catalogue} from '../experiments/catalogue.ts';
import {placedCell} from '../experiments/schema.ts';
import type {FeedItem} from '../experiments/served.ts';
import {jsonLines} from '../http/lines.ts';
import {parseQuery} from '../http/query.ts';
import {followChanges} from './follow.ts';
import {mostReaders} from './limits.ts';

const query = z.strictObject({
  since: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .optional(),
});

/**
 * `GET /api/experiments/ID/changes?since=N`: the live feed as JSON lines, for programs that know nothing of GraphQL.
 *
 * The same items as the subscription `changes`; it ends when the client leaves or the server stops.
 */
export function changeRoutes(app: FastifyInstance, catalogue: Catalogue): void {
  let readers = 0;
  app.get<{Params: {id: string}}>('/api/experiments/:id/changes', (request, reply) => {
    const {id} = request.params;
    const experiment = catalogue.find(id);
    const {since} = parseQuery(query, request.query);
    if (readers >= mostReaders)
      throw new FirstlightError('too-many-requests', `${mostReaders} programs read changes already; close some of them.`);
    readers += 1;
    const items = followChanges(experiment, since);
    const lines = Readable.from(changeLines(items, id), {objectMode: false});
    lines.once('close', () => {
      readers -= 1;
      void items.return(undefined);
    });
    return reply.headers({'content-type': 'application/x-ndjson', 'cache-control': 'no-store'}).send(lines);
  });
}

/** Items as JSON lines, beginning with an empty one: so a program knows at once that the connection stands. */
async function* changeLines(items: AsyncIterable<FeedItem>, id: string): AsyncGenerator<string> {
  yield '\n';
  yield* jsonLines(changes(items, id));
}

async function* changes(items: AsyncIterable<FeedItem>, id: string): AsyncGenerator<object> {
  for await (const item of items) yield changeToJson(item, id);
}

const changeToJson = (item: FeedItem, id: string) => ({
  number: item.number,
  reset: 'reset' in item,
  variables: 'variables' in item && item.variables === true,
  cells: 'cells' in item ? item.cells.map((cell) => placedCell(cell, id)) : [],
});
