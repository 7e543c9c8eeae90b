import {Readable} from 'node:stream';
import type {Transport} from '@firstlight/client';
import {Experiment, silentLog} from '@firstlight/engine';
import {createServer} from '@firstlight/server';
import {openFolder} from '@firstlight/store';

/**
 * A way to a folder that no server has: requests are answered in this very process, without a port that others could reach.
 *
 * @param write whether to become the folder's owner.
 */
export async function folderTransport(dir: string, {write}: {write: boolean}): Promise<Transport> {
  const readOnly = openFolder(dir).readOnly;
  if (write && readOnly) throw readOnly;
  const experiment = await Experiment.open(dir, {write, compute: write, watch: !write, log: silentLog});
  try {
    const app = await createServer({experiments: [experiment], own: () => ({names: new Set(['localhost']), port: 80})});
    return {
      address: dir,
      request: (path, init) => answer(app, path, init),
      async close() {
        await app.close();
        await experiment[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await experiment[Symbol.asyncDispose]();
    throw error;
  }
}

type App = Awaited<ReturnType<typeof createServer>>;

/** Answers a request as `fetch` would. */
async function answer(app: App, path: string, {method = 'GET', headers, body, signal}: RequestInit = {}): Promise<Response> {
  signal?.throwIfAborted();
  const {
    statusCode,
    headers: said,
    ...answered
  } = await app.inject({
    method: method as 'GET',
    url: path,
    headers: Object.fromEntries(new Headers(headers)),
    ...(typeof body === 'string' && {payload: body}),
    payloadAsStream: true,
  });
  const stream = answered.stream();
  signal?.addEventListener('abort', () => stream.destroy(signal.reason as Error), {once: true});
  const known = Object.entries(said).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as [string, string]]));
  return new Response(Readable.toWeb(stream) as ReadableStream, {status: statusCode, headers: known});
}
