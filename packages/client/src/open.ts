import {FirstlightError} from '@firstlight/core';
import {z} from 'zod';
import {askJson} from './ask.ts';
import {RemoteExperiment} from './experiment.ts';
import {overHttp} from './transport.ts';
import type {Transport} from './transport.ts';
import type {AnyVariables} from './values/value.ts';

const experiments = z.array(z.object({id: z.string(), folder: z.string(), proposals: z.array(z.int()), change: z.int()}));

/** An experiment of a server; `change` is the number of its last change. */
export type ExperimentInfo = z.infer<typeof experiments>[number];

/** Which experiment is meant. */
export interface OpenOptions {
  /** Which experiment of the server, by its id (`p1234`); not needed when there is one only, or when the address says it. */
  readonly experiment?: string;
}

/** The experiments of a server. @throws FirstlightError `no-server`. */
export const experimentsAt = (server: string | URL | Transport): Promise<ExperimentInfo[]> =>
  askJson(transportOf(server), experiments, '/api/experiments');

/**
 * Opens an experiment that a server has.
 *
 * The address may be the server's (`http://127.0.0.1:8080`), or what the browser shows when a person looks at the experiment
 * (`http://127.0.0.1:8080/#/p1234`). Nothing stays open between two calls, so there is nothing to close.
 *
 * @throws FirstlightError `no-server`, `no-such-experiment`, and `which-experiment` when the server has several.
 * @example
 * const experiment = await open('http://127.0.0.1:8080');
 * console.log(await experiment.read(7, 'xgm.energy'));
 */
export async function open<V extends object = AnyVariables>(
  server: string | URL | Transport,
  options: OpenOptions = {},
): Promise<RemoteExperiment<V>> {
  const transport = transportOf(server);
  const all = await askJson(transport, experiments, '/api/experiments');
  const info = chosen(all, options.experiment ?? experimentIn(server), transport.address);
  return new RemoteExperiment<V>(transport, info);
}

const transportOf = (server: string | URL | Transport): Transport =>
  typeof server === 'object' && 'request' in server ? server : overHttp(checkedAddress(server));

function checkedAddress(server: string | URL): URL {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new FirstlightError(
    'bad-address',
    `"${String(server)}" is not the address of a server, such as http://127.0.0.1:8080; a folder is opened by \`open\` of the package "firstlight".`,
  );
}

/** The experiment that the page's address names: `#/p1234` or `#/p1234-0a1b2c/p1234/run/7/xgm.energy`. */
function experimentIn(server: string | URL | Transport): string | undefined {
  if (typeof server === 'object' && 'request' in server) return undefined;
  const [first, second] = new URL(server).hash.replace(/^#\/?/, '').split('/');
  return first && second !== 'run' ? decodeURIComponent(first) : undefined; // `#/p1234/run/7/…` is a cell of the only experiment
}

function chosen(all: readonly ExperimentInfo[], wanted: string | undefined, address: string): ExperimentInfo {
  const names = all.map(({id}) => id).join(', ') || 'none';
  const found = wanted === undefined ? all : all.filter(({id}) => id === wanted);
  const [first, second] = found;
  if (first && !second) return first;
  if (wanted === undefined && second)
    throw new FirstlightError(
      'which-experiment',
      `${address} has several experiments (${names}); say which with {experiment: '${first?.id}'}.`,
    );
  throw new FirstlightError('no-such-experiment', `There is no experiment "${wanted ?? ''}" at ${address}; it has ${names}.`);
}
