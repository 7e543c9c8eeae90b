import {hostname, networkInterfaces} from 'node:os';
import type {IncomingMessage} from 'node:http';
import type {FastifyInstance} from 'fastify';

/** Why a request was turned away, in one sentence. */
export interface Refusal {
  readonly code: 'foreign-host' | 'foreign-origin';
  readonly sentence: string;
}

/** Where this server may be addressed; the port is known only once it listens. */
export interface OwnAddress {
  readonly names: ReadonlySet<string>;
  readonly port: number;
}

const loopbackNames = ['127.0.0.1', 'localhost', '[::1]'];
const wildcards = new Set(['0.0.0.0', '::', '[::]']);

/** Tells whether an address to listen on can be reached from this machine alone. */
export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

/** The names a browser may use for a server that listens on `host`: the loopback names and its own. */
export function namesOf(host: string): Set<string> {
  const names = wildcards.has(host) ? addressesOfThisMachine() : [host];
  return new Set([...loopbackNames, ...names.map(asHostName)]);
}

const asHostName = (address: string) => (address.includes(':') && !address.startsWith('[') ? `[${address}]` : address).toLowerCase();

const addressesOfThisMachine = (): string[] => [
  hostname(),
  ...Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({address}) => address)),
];

/**
 * Tells why a request must be turned away, or undefined when it may pass.
 *
 * Without sign-in the only protection of the data is that requests come from this machine's own page or programs: a foreign page in the same browser
 * has another `Origin` (or another `Sec-Fetch-Site`), and a foreign name made to point here (DNS rebinding) another `Host`.
 */
export function refusalOf({headers}: Pick<IncomingMessage, 'headers'>, own: OwnAddress): Refusal | undefined {
  if (!isOwn(headers.host, own)) return foreignHost(headers.host, own);
  const origin = headers.origin;
  if (origin !== undefined && !(origin.startsWith('http://') && isOwn(origin.slice('http://'.length), own))) return foreignOrigin(origin);
  if (origin === undefined && comesFromForeignPage(headers)) return foreignOrigin('another page');
  return undefined;
}

function isOwn(host: string | undefined, {names, port}: OwnAddress): boolean {
  const match = /^(\[[\da-f:.%a-z]+\]|[^:[\]/]+)(?::(\d+))?$/i.exec(host ?? '');
  return match?.[1] !== undefined && names.has(match[1].toLowerCase()) && Number(match[2] ?? 80) === port;
}

/** A link someone follows in the address bar's tab may come from anywhere; a picture, a script or a frame of another page may not. */
function comesFromForeignPage(headers: IncomingMessage['headers']): boolean {
  const site = headers['sec-fetch-site'];
  const foreign = site === 'cross-site' || site === 'same-site';
  const followed = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return foreign && !followed;
}

const foreignHost = (host: string | undefined, {port}: OwnAddress): Refusal => ({
  code: 'foreign-host',
  sentence: `This server does not answer to the name "${host ?? ''}", because anyone could make that name point here; open http://127.0.0.1:${port}/ instead.`,
});

const foreignOrigin = (origin: string): Refusal => ({
  code: 'foreign-origin',
  sentence: `Requests from ${origin} are refused, because without sign-in only this server's own page may read and change its experiments.`,
});

/** Turns foreign requests away before anything looks at them, and forbids other pages to embed what we serve. */
export function guard(app: FastifyInstance, own: () => OwnAddress): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({'cross-origin-resource-policy': 'same-origin', 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY'});
    const refusal = refusalOf(request.raw, own());
    if (refusal) return reply.code(403).send({error: refusal});
    return undefined;
  });
}
