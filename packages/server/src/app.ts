import {randomUUID} from 'node:crypto';
import {fileURLToPath} from 'node:url';
import fastify from 'fastify';
import type {FastifyInstance} from 'fastify';
import {apiRoutes} from './api/routes.ts';
import {changeRoutes} from './changes/lines.ts';
import {liveRoutes} from './changes/routes.ts';
import {commandRoutes} from './commands/routes.ts';
import {Catalogue} from './experiments/catalogue.ts';
import {experimentRoutes} from './experiments/routes.ts';
import type {ServedExperiment} from './experiments/served.ts';
import {graphqlRoutes} from './graphql/routes.ts';
import {createSchema} from './graphql/schema.ts';
import {healthRoutes} from './health/routes.ts';
import {compressJson} from './http/compress.ts';
import {errorHandler} from './http/errors.ts';
import {guard} from './http/guard.ts';
import type {OwnAddress} from './http/guard.ts';
import {pageRoutes} from './page/routes.ts';
import {processRoutes} from './process/routes.ts';
import {submitRoutes} from './submit/routes.ts';
import {tableRoutes} from './table/routes.ts';
import {valueRoutes} from './values/routes.ts';

/** What a server serves, and where. */
export interface ServerOptions {
  readonly experiments: Iterable<ServedExperiment>;
  /** Where requests may come to; asked for each one, because the port may be known only after listening. */
  readonly own: () => OwnAddress;
  /** Folder with the built browser application; default that of `packages/web`. */
  readonly webRoot?: string;
  /** Where the server says what went wrong; default nowhere. */
  readonly log?: (text: string) => void;
}

const builtPage = fileURLToPath(new URL('../../web/dist', import.meta.url));
const largestBody = 4 * 1024 * 1024; // a list of 100 000 runs
// To arrive; the answer may take longer. A body may be a file of some gigabytes.
const longestHeadersMs = 20_000;
const longestRequestMs = 20 * 60_000;
const mostConnections = 2000;

/**
 * Builds the server for some experiments, not yet listening: `app.inject(...)` asks it in-process.
 *
 * What it offers is described at `/api`.
 */
export async function createServer({
  experiments,
  own,
  webRoot = builtPage,
  log = () => undefined,
}: ServerOptions): Promise<FastifyInstance> {
  const catalogue = new Catalogue(experiments);
  const schema = createSchema();
  const app = fastify({
    bodyLimit: largestBody,
    forceCloseConnections: true,
    requestTimeout: longestRequestMs,
    routerOptions: {maxParamLength: 500},
  });
  app.server.headersTimeout = longestHeadersMs;
  app.server.maxConnections = mostConnections;
  app.setErrorHandler(errorHandler(log));
  guard(app, own);
  compressJson(app);
  experimentRoutes(app, catalogue);
  tableRoutes(app, catalogue, randomUUID());
  valueRoutes(app, catalogue);
  processRoutes(app, catalogue);
  changeRoutes(app, catalogue);
  commandRoutes(app, catalogue, log);
  submitRoutes(app, catalogue);
  healthRoutes(app, catalogue);
  graphqlRoutes(app, schema, catalogue, log);
  liveRoutes(app, {schema, catalogue, own, log});
  apiRoutes(app, schema);
  await pageRoutes(app, webRoot);
  return app;
}
