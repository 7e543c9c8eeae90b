import {createServer as createNetServer} from 'node:net';
import {setTimeout as delay} from 'node:timers/promises';
import {FirstlightError, sentenceOf} from '@firstlight/core';
import {Experiment, silentLog} from '@firstlight/engine';
import type {ExperimentOptions, Log} from '@firstlight/engine';
import {realFolder} from '@firstlight/store';
import type {FastifyInstance} from 'fastify';
import {createServer} from './app.ts';
import {isLoopback, namesOf} from './http/guard.ts';

/** Where a server listens, and how it opens its folders. */
export interface ServeOptions {
  /** 8080 by default; 0 takes a free one. */
  readonly port?: number;
  /** The address to listen on; default 127.0.0.1, which only this machine reaches. */
  readonly host?: string;
  /** Called once the server answers. */
  readonly onReady?: (serving: Serving) => void;
  /** Ends the server when it aborts. */
  readonly signal?: AbortSignal;
  readonly log?: Log;
  /** Folder with the built browser application. */
  readonly webRoot?: string;
  /** How each experiment is opened. */
  readonly experiment?: Omit<ExperimentOptions, 'log' | 'address'>;
}

/** A server at work. */
export interface Serving extends AsyncDisposable {
  /** `http://127.0.0.1:8080/` */
  readonly url: string;
  readonly port: number;
  readonly experiments: readonly Experiment[];
  /** Resolves when the server has ended, whoever ended it. */
  readonly closed: Promise<void>;
  /** Stops serving and working, within 5 s; what is not done is in the folders' queues and goes on at the next start. */
  close(): Promise<void>;
}

const longestCloseMs = 4500;

/**
 * Opens experiment folders, works on them and serves them until closed.
 *
 * @throws FirstlightError `port-taken`, `bad-address`, and whatever opening a folder throws; then nothing is left open.
 * @example
 * await using serving = await serve(['/data/p1234'], {port: 0});
 * console.log(`ready ${serving.url}`);
 */
export async function serve(folders: readonly string[], options: ServeOptions = {}): Promise<Serving> {
  const {port = 8080, host = '127.0.0.1', log = silentLog, signal, onReady} = options;
  signal?.throwIfAborted();
  await assertPortFree(port, host);
  if (!isLoopback(host))
    log.warn(
      `Listening on ${host}: everybody who reaches this address can read and change the experiments, because there is no sign-in yet.`,
    );
  const experiments = await openAll(folders, {...options.experiment, log});
  try {
    const serving = await listen(experiments, {...options, port, host, log});
    signal?.addEventListener('abort', () => void serving.close(), {once: true});
    if (signal?.aborted) await serving.close();
    onReady?.(serving);
    return serving;
  } catch (error) {
    await closeAll(experiments, log);
    throw error;
  }
}

async function listen(
  experiments: readonly Experiment[],
  {port, host, log, webRoot}: ServeOptions & {port: number; host: string; log: Log},
): Promise<Serving> {
  const names = namesOf(host);
  let ownPort = port;
  const app = await createServer({
    experiments,
    own: () => ({names, port: ownPort}),
    log: (text) => log.error(text),
    ...(webRoot && {webRoot}),
  });
  await app.listen({port, host}).catch((error: unknown) => {
    throw explainListen(error, port, host);
  });
  const address = app.server.address();
  if (typeof address === 'object' && address) ownPort = address.port;
  const url = `http://${shownName(host)}:${ownPort}/`;
  await Promise.all(experiments.map((experiment) => experiment.announce(url)));
  return handle({app, experiments, url, port: ownPort, log});
}

function handle({
  app,
  experiments,
  log,
  ...facts
}: {
  app: FastifyInstance;
  experiments: readonly Experiment[];
  url: string;
  port: number;
  log: Log;
}): Serving {
  const ended = Promise.withResolvers<void>();
  let closing: Promise<void> | undefined;
  const closeOnce = async () => {
    const done = Promise.all([app.close(), closeAll(experiments, log)]).then(() => true);
    const inTime = await Promise.race([done, delay(longestCloseMs, false, {ref: false})]);
    if (!inTime) log.warn('Stopping took too long, so it was cut short; the folders are safe, the next start goes on.');
    ended.resolve();
  };
  const close = () => (closing ??= closeOnce());
  return {...facts, experiments, closed: ended.promise, close, [Symbol.asyncDispose]: close};
}

/** Opens all folders, or none: when one cannot be opened the others are closed again. One that is named twice, in whatever way, is opened once. */
async function openAll(folders: readonly string[], options: ExperimentOptions & {log: Log}): Promise<Experiment[]> {
  const once = [...Map.groupBy(folders, realFolder).values()].flatMap((same) => same.slice(0, 1));
  const results = await Promise.allSettled(once.map((folder) => Experiment.open(folder, {whole: false, ...options})));
  const opened = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = results.find((result) => result.status === 'rejected');
  if (!failed) return opened;
  await closeAll(opened, options.log);
  throw failed.reason;
}

async function closeAll(experiments: readonly Experiment[], log: Log): Promise<void> {
  const results = await Promise.allSettled(experiments.map((experiment) => experiment[Symbol.asyncDispose]()));
  for (const result of results)
    if (result.status === 'rejected') log.error(`A folder was not closed cleanly: ${sentenceOf(result.reason)}`);
}

/** Asks before folders are opened: a second server on the same port should fail at once, having touched nothing. */
async function assertPortFree(port: number, host: string): Promise<void> {
  if (port === 0) return;
  const {promise, resolve, reject} = Promise.withResolvers<void>();
  const probe = createNetServer();
  probe.once('error', (error) => reject(explainListen(error, port, host)));
  probe.listen(port, host, () => probe.close(() => resolve()));
  await promise;
}

function explainListen(error: unknown, port: number, host: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  const explain = (ourCode: string, sentence: string) => new FirstlightError(ourCode, sentence, {facts: {port, host}, cause: error});
  if (code === 'EADDRINUSE') {
    return explain(
      'port-taken',
      `Port ${port} is used by another program; choose another with --port (0 takes a free one), or end that program.`,
    );
  }
  if (code === 'EACCES')
    return explain('port-taken', `Port ${port} may only be used by the administrator; choose one from 1024 up with --port.`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return explain('bad-address', `This machine does not have the address ${host}; give one of its own with --host, or leave it out.`);
  }
  return error;
}

/** The name a browser on this machine can use. */
function shownName(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
