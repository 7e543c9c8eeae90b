import type {FastifyInstance} from 'fastify';
import type {GraphQLSchema} from 'graphql';
import {schemaText} from '../graphql/schema.ts';
import {apiPage} from './page.ts';

/** `GET /api`: what this server offers, for people. */
export function apiRoutes(app: FastifyInstance, schema: GraphQLSchema): void {
  const page = apiPage(schemaText(schema));
  app.get('/api', (_request, reply) => reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(page));
}
