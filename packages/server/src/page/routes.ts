import {access} from 'node:fs/promises';
import {join} from 'node:path';
import fastifyStatic from '@fastify/static';
import {FirstlightError} from '@firstlight/core';
import type {FastifyInstance, FastifyReply, FastifyRequest} from 'fastify';
import {notBuiltPage} from './not-built.ts';

/**
 * The browser application at `/`: its files, and its first page for every address inside it (`/p1234/run/7`).
 *
 * @param webRoot the folder with the built page; looked at for each request, so that it may be built while the server runs.
 */
export async function pageRoutes(app: FastifyInstance, webRoot: string): Promise<void> {
  await app.register(fastifyStatic, {root: webRoot, serve: false, cacheControl: false});
  app.get('/*', async (request, reply) => {
    const path = decodeURIComponent(new URL(request.url, 'http://own').pathname);
    if (isInterface(path)) return reply.callNotFound();
    reply.header('referrer-policy', 'same-origin');
    if (isFile(path)) return sendAsset(path, reply);
    return sendIndex(webRoot, reply);
  });
  app.setNotFoundHandler(notFound);
}

/** Addresses for programs: a mistake in one must not be answered with a page. */
const isInterface = (path: string) => /^\/(api|graphql|health)(\/|$)/.test(path);

const isFile = (path: string) => /\.[a-z\d]{1,12}$/i.test(path) && path !== '/index.html';

/** Files below `assets/` carry their content's hash in their name and never change. */
const sendAsset = (path: string, reply: FastifyReply) =>
  reply.header('cache-control', path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache').sendFile(path.slice(1));

async function sendIndex(webRoot: string, reply: FastifyReply) {
  const built = await access(join(webRoot, 'index.html')).then(
    () => true,
    () => false,
  );
  reply.header('cache-control', 'no-cache');
  return built ? reply.sendFile('index.html') : reply.code(503).type('text/html; charset=utf-8').send(notBuiltPage);
}

function notFound(request: FastifyRequest): never {
  throw new FirstlightError(
    'no-such-address',
    `There is nothing at ${request.method} ${request.url}; /api describes what this server offers.`,
  );
}
