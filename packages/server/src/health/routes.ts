import type {FastifyInstance} from 'fastify';
import type {Catalogue} from '../experiments/catalogue.ts';
import type {ServedExperiment} from '../experiments/served.ts';

/**
 * `GET /health`: `{status, experiments: [{id, status, writer, waiting, running, disk, …}]}`.
 *
 * An answer at all says that the server serves; `status` is `ok`, or `degraded` when a writer is not alive, a disk is full or a folder is lost.
 */
export function healthRoutes(app: FastifyInstance, catalogue: Catalogue): void {
  app.get('/health', (_request, reply) => {
    const experiments = catalogue.entries().map(([id, experiment]) => healthOf(id, experiment));
    const status = experiments.every((each) => each.status === 'ok') ? 'ok' : 'degraded';
    return reply.header('cache-control', 'no-store').send({status, serving: true, experiments});
  });
}

function healthOf(id: string, experiment: ServedExperiment) {
  const health = experiment.health();
  const well = health.writer !== 'restarting' && health.disk === 'ok' && health.folder === 'ok';
  return {id, status: well ? 'ok' : 'degraded', change: experiment.changes.current, ...health};
}
