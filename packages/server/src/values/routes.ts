import type {FastifyInstance} from 'fastify';
import type {Catalogue} from '../experiments/catalogue.ts';

export function valueRoutes(_app: FastifyInstance, _catalogue: Catalogue): void {}
