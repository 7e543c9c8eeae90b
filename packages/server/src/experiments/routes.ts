import type {FastifyInstance} from 'fastify';
import type {Catalogue} from './catalogue.ts';

/** `GET /api/experiments`: `[{id, folder, proposals, change}]`. */
export function experimentRoutes(app: FastifyInstance, catalogue: Catalogue): void {
  app.get('/api/experiments', () =>
    catalogue.entries().map(([id, {folder, proposals, changes}]) => ({id, folder: folder.dir, proposals, change: changes.current})),
  );
}
