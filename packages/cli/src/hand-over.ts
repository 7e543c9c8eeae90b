import {FirstlightError} from '@firstlight/core';
import type {JobEvent} from '@firstlight/engine';
import {z} from 'zod';

const experiments = z.array(z.object({id: z.string(), folder: z.string()}));

interface Work {
  runs: number[] | 'all';
  variables?: string[] | undefined;
  trigger: string;
  mock: boolean;
  parameters?: Readonly<Record<string, unknown>> | undefined;
  parallel?: number | undefined;
  cold?: boolean | undefined;
  trial?: boolean | undefined;
}

/**
 * Has the server that owns a folder do the work, and gives its events as they come.
 *
 * @throws FirstlightError `server-refused` when the server cannot be reached or will not do it.
 */
export async function* askServer(address: string, folder: string, work: Work, signal: AbortSignal): AsyncGenerator<JobEvent> {
  const id = await experimentAt(address, folder, signal);
  const response = await ask(new URL(`/api/experiments/${encodeURIComponent(id)}/process`, address), {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify(work),
    signal,
  });
  if (!response.ok || !response.body) throw refused(address, await response.text());
  for await (const line of lines(response.body)) yield JSON.parse(line) as JobEvent;
}

async function experimentAt(address: string, folder: string, signal: AbortSignal): Promise<string> {
  const response = await ask(new URL('/api/experiments', address), {signal});
  const found = experiments.parse(await response.json()).find((experiment) => experiment.folder === folder);
  if (found) return found.id;
  throw refused(address, `it does not serve ${folder}`);
}

async function ask(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    throw refused(url.origin, String(cause), cause);
  }
}

const refused = (address: string, why: string, cause?: unknown) =>
  new FirstlightError(
    'server-refused',
    `The server at ${address} owns this folder but did not do the work (${why}); look at its log, or stop it and try again.`,
    {cause},
  );

async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)) {
    const pieces = (rest + chunk).split('\n');
    rest = pieces.pop() ?? '';
    yield* pieces.filter((piece) => piece !== '');
  }
}
