import {resolve} from 'node:path';
import {setFlagsFromString} from 'node:v8';
import {stderrLog} from '@firstlight/engine';
import {serve} from '@firstlight/server';
import {type Output, outputFor} from '../output.ts';
import {aborted, stopSignal} from '../stop.ts';

interface ServeOptions {
  port: number;
  host: string;
  watch: boolean;
  json?: boolean;
}

/** Serves experiment folders until stopped. */
export async function serveFolders(folders: string[], {json, ...address}: ServeOptions): Promise<void> {
  await serveUntilStopped(
    folders.map((folder) => resolve(folder)),
    address,
    outputFor({json}),
    stopSignal(),
  );
}

/** Serves, says when it is ready, and stops cleanly when the signal aborts. */
export async function serveUntilStopped(
  folders: string[],
  {port, host, watch}: {port: number; host: string; watch: boolean},
  output: Output,
  signal: AbortSignal,
  onReady: (url: string) => void = () => {},
): Promise<void> {
  setFlagsFromString('--semi-space-growth-factor=1'); // What a server makes lives long or not at all; V8 would keep 30 MB more for it.
  const server = await serve(folders, {port, host, log: stderrLog, experiment: {watch}});
  output.result({event: 'ready', url: server.url}, `ready ${server.url}`);
  onReady(server.url);
  await aborted(signal);
  output.say('Stopping …');
  await server.close();
}
