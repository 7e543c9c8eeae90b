import {encodeNpy} from '@firstlight/store';
import {FirstlightError} from '@firstlight/core';
import type {FastifyInstance, FastifyReply, FastifyRequest} from 'fastify';
import {z} from 'zod';
import {arrowContentType, arrowBytes} from '../arrow/stream.ts';
import type {Catalogue} from '../experiments/catalogue.ts';
import {etagOf, isUnchanged} from '../http/etag.ts';
import {parseQuery} from '../http/query.ts';
import {readArray} from './array.ts';
import {arrayBatch} from './arrow.ts';
import {describe} from './describe.ts';
import {figureOf, pictureOf} from './pictures.ts';
import {identityOf, placeOf} from './place.ts';
import type {Place, PlaceParams} from './place.ts';
import {hdf5ContentType} from './hdf5.ts';
import {parseMost, reduced} from './reduce.ts';
import {firstRows} from './rows.ts';
import {valueFile} from './value-file.ts';

const text = z.string().optional();
/** Each address takes a version; without one it gives the newest. */
const valueQuery = z.strictObject({version: z.coerce.number().int().min(1).optional()});
const npyQuery = valueQuery.extend({slice: text, variable: text});
const arrowQuery = npyQuery.extend({max: text});
// `digest` is the engine's: another picture has another address, so that a page that stays open shows it.
const pictureQuery = valueQuery.extend({full: z.enum(['true', 'false']).optional(), digest: text});
const rowsQuery = valueQuery.extend({first: z.coerce.number().int().min(1).max(1000).default(100)});

type Asked = FastifyRequest<{Params: PlaceParams}>;

/** What is behind a cell: `/api/experiments/ID/runs/PROPOSAL/RUN/NAME` and the files below it. */
export function valueRoutes(app: FastifyInstance, catalogue: Catalogue): void {
  const base = '/api/experiments/:id/runs/:proposal/:run/:name';

  app.get(base, async (request: Asked, reply) => {
    const {version} = parseQuery(valueQuery, request.query);
    const body = JSON.stringify(await describe(await placeOf(catalogue, request.params, version)));
    if (isUnchanged(request, reply, etagOf(body))) return reply.code(304).send();
    return reply.type('application/json; charset=utf-8').send(body);
  });

  app.get(`${base}/data.arrow`, async (request: Asked, reply) => {
    const {max, version, ...asked} = parseQuery(arrowQuery, request.query);
    const most = mostOf(max);
    return unlessUnchanged(request, reply, await placeOf(catalogue, request.params, version), async (place) => {
      const array = await readArray(place, asked);
      return reply.type(arrowContentType).send(arrowBytes(arrayBatch(reduced(array, most))));
    });
  });

  app.get(`${base}/data.npy`, async (request: Asked, reply) => {
    const {version, ...asked} = parseQuery(npyQuery, request.query);
    return unlessUnchanged(request, reply, await placeOf(catalogue, request.params, version), async (place) => {
      const {array} = await readArray(place, asked);
      const fileName = `p${place.run.proposal}_r${place.run.run}_${place.name}.npy`;
      return reply
        .headers({
          'content-type': 'application/octet-stream',
          'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`,
        })
        .send(asBuffer(encodeNpy(array)));
    });
  });

  app.get(`${base}/figure.json`, async (request: Asked, reply) => {
    const {version} = parseQuery(valueQuery, request.query);
    return unlessUnchanged(request, reply, await placeOf(catalogue, request.params, version), async (place) =>
      reply.type('application/json; charset=utf-8').send(await figureOf(place)),
    );
  });

  app.get(`${base}/value.h5`, async (request: Asked, reply) => {
    const {version} = parseQuery(valueQuery, request.query);
    return unlessUnchanged(request, reply, await placeOf(catalogue, request.params, version), async (place) => {
      const {content, bytes} = await valueFile(place);
      return reply.headers({'content-type': hdf5ContentType, 'content-length': bytes}).send(content);
    });
  });

  app.get(`${base}/rows.json`, async (request: Asked, reply) => {
    const {first, version} = parseQuery(rowsQuery, request.query);
    return unlessUnchanged(request, reply, await placeOf(catalogue, request.params, version), async (place) =>
      reply.send(await firstRows(place, first)),
    );
  });

  app.get(`${base}/preview.png`, async (request: Asked, reply) => {
    const {full, version} = parseQuery(pictureQuery, request.query);
    const png = await pictureOf(await placeOf(catalogue, request.params, version), full === 'true');
    return isUnchanged(request, reply, etagOf(png)) ? reply.code(304).send() : reply.type('image/png').send(asBuffer(png));
  });
}

/** Answers 304 without reading anything when the run's stored values are the ones the client has. */
async function unlessUnchanged(
  request: Asked,
  reply: FastifyReply,
  place: Place,
  answer: (place: Place) => Promise<FastifyReply>,
): Promise<FastifyReply> {
  const etag = etagOf(await identityOf(place), request.url);
  return isUnchanged(request, reply, etag) ? reply.code(304).send() : answer(place);
}

function mostOf(max: string | undefined): {rows: number; columns: number} | undefined {
  const most = max === undefined ? undefined : parseMost(max);
  if (max === undefined || most) return most;
  throw new FirstlightError('bad-request', `"max=${max}" is not understood; write the largest width and height, for example max=1024x768.`);
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
