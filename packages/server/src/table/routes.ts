import {Readable} from 'node:stream';
import type {FastifyInstance} from 'fastify';
import {z} from 'zod';
import {arrowContentType, arrowStream} from '../arrow/stream.ts';
import type {Catalogue} from '../experiments/catalogue.ts';
import {etagOf, isUnchanged} from '../http/etag.ts';
import {parseQuery} from '../http/query.ts';
import {tableBatches} from './arrow.ts';
import {tableColumns} from './columns-json.ts';
import {tableJson} from './json.ts';
import {viewOf} from './view.ts';

const query = z.strictObject({
  rows: z.string().optional(),
  columns: z.string().optional(),
  format: z.enum(['arrow', 'columns', 'json']).default('arrow'),
});

/**
 * `GET /api/experiments/ID/table?format=&rows=&columns=`.
 *
 * @param session differs each time the server starts: change numbers alone would confuse a browser that saw another folder under the same id.
 */
export function tableRoutes(app: FastifyInstance, catalogue: Catalogue, session: string): void {
  app.get<{Params: {id: string}}>('/api/experiments/:id/table', async (request, reply) => {
    const {format, ...asked} = parseQuery(query, request.query);
    const {id} = request.params;
    const view = await viewOf(id, catalogue.find(id), asked);
    // Weak: a cell may be newer than the change number; then the next change brings it again.
    const etag = `W/${etagOf(session, id, view.change, view.total, JSON.stringify([format, asked, view.columns.map(({variable}) => variable)]))}`;
    if (isUnchanged(request, reply, etag)) return reply.code(304).send();
    if (format === 'arrow') return reply.type(arrowContentType).send(Readable.from(arrowStream(tableBatches(view)), {objectMode: false}));
    const text = format === 'json' ? tableJson(view) : tableColumns(view);
    return reply.type('application/json; charset=utf-8').send(Readable.from(text, {objectMode: false}));
  });
}
