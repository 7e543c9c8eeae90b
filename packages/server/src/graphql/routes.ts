import type {FastifyInstance, FastifyReply, FastifyRequest} from 'fastify';
import type {GraphQLSchema} from 'graphql';
import {createYoga} from 'graphql-yoga';
import type {Plugin} from 'graphql-yoga';
import type {Catalogue} from '../experiments/catalogue.ts';
import {parseDocument} from './document.ts';
import {toldError} from './errors.ts';

interface HttpContext {
  req: FastifyRequest;
  reply: FastifyReply;
}

const boundedParsing: Plugin = {onParse: ({setParseFn}) => setParseFn(parseDocument)};

/** GraphQL over HTTP at `/graphql`; subscriptions come over WebSocket (`changes/socket.ts`) or, one by one, as server-sent events. */
export function graphqlRoutes(app: FastifyInstance, schema: GraphQLSchema, catalogue: Catalogue, log: (text: string) => void): void {
  const yoga = createYoga<HttpContext>({
    schema,
    context: () => ({catalogue}),
    logging: {debug: () => undefined, info: () => undefined, warn: log, error: (error: unknown) => log(String(error))},
    graphiql: false, // its files would come from a foreign server
    landingPage: false,
    cors: false,
    batching: false,
    multipart: false,
    plugins: [boundedParsing],
    maskedErrors: {maskError: (error) => toldError(error, log)},
  });
  app.route({
    url: '/graphql',
    method: ['GET', 'POST'],
    handler: (req, reply) => yoga.handleNodeRequestAndResponse(req, reply, {req, reply}),
  });
}
