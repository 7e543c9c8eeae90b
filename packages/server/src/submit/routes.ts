import type {Readable} from 'node:stream';
import {FirstlightError} from '@firstlight/core';
import type {FastifyInstance} from 'fastify';
import type {Catalogue} from '../experiments/catalogue.ts';
import {hdf5ContentType} from '../values/hdf5.ts';
import {runOf} from '../values/place.ts';

/** Most files that arrive at the same time. */
const mostAtOnce = 8;

/**
 * `POST /api/experiments/ID/runs/PROPOSAL/RUN`: stores values that a program has computed; the body is an HDF5 file laid out like a run's.
 *
 * It answers 201 when they are in the table.
 */
export function submitRoutes(app: FastifyInstance, catalogue: Catalogue): void {
  let arriving = 0;
  // The file goes to the disk as it comes; the experiment bounds its size.
  app.addContentTypeParser(hdf5ContentType, {bodyLimit: Number.MAX_SAFE_INTEGER}, (_request, payload, done) => done(null, payload));
  app.post<{Params: {id: string; proposal: string; run: string}}>('/api/experiments/:id/runs/:proposal/:run', async (request, reply) => {
    const experiment = catalogue.find(request.params.id);
    const run = runOf(request.params);
    if (!request.headers['content-type']?.startsWith(hdf5ContentType))
      throw new FirstlightError('bad-request', `Values are sent as an HDF5 file, with the content type ${hdf5ContentType}.`);
    if (arriving >= mostAtOnce)
      throw new FirstlightError('too-many-requests', `${mostAtOnce} files with values are arriving already; send this one a little later.`);
    arriving += 1;
    try {
      await experiment.submit(run, request.body as Readable);
    } finally {
      arriving -= 1;
    }
    return reply.code(201).send({stored: true});
  });
}
