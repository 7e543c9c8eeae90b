import {linesOf} from '@firstlight/client';
import {FirstlightError, isFirstlightError, sentenceOf} from '@firstlight/core';
import {realFolder} from '@firstlight/store';
import {z} from 'zod';

const experiments = z.array(z.object({id: z.string(), folder: z.string()}));
const errorBody = z.object({error: z.object({code: z.string(), sentence: z.string()})});

/** Where something is asked for: the address of the server that owns a folder, and what below its experiment. */
export interface Asked {
  readonly address: string;
  readonly folder: string;
  /** `process`, `commands/comment` … */
  readonly path: string;
  readonly request: unknown;
  /** How long the server may take to say that it is there; default 15 s. */
  readonly patienceMs?: number;
}

const defaultPatienceMs = 15_000; // on a busy machine it may be slow; one that is suspended never answers

/**
 * Asks the server that owns a folder for something, and gives the lines of its answer as they come; ends early when the signal aborts.
 *
 * @throws FirstlightError what the server itself says of the request; `server-refused` when it cannot be reached or does not serve the folder, `server-lost` when
 * it ends before its answer does.
 */
export async function* askOwner(asked: Asked, signal: AbortSignal): AsyncGenerator<string> {
  try {
    const response = await answer(asked, signal);
    for await (const line of linesOf(response)) if (line !== '') yield line;
  } catch (error) {
    if (signal.aborted) return; // the person's own doing
    throw isFirstlightError(error) ? error : lost(asked.address, error);
  }
}

/** What is said when a server ends before its work does. */
export const lost = (address: string, cause?: unknown): FirstlightError =>
  new FirstlightError(
    'server-lost',
    `The server at ${address} ended before the work did; what it had queued goes on when the folder is served again, or ask again.`,
    {cause},
  );

async function answer(asked: Asked, signal: AbortSignal): Promise<Response> {
  const {address, path, request} = asked;
  const id = await experimentAt(asked, signal);
  const response = await ask(new URL(`/api/experiments/${encodeURIComponent(id)}/${path}`, address), {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify(request),
    signal,
  });
  if (!response.ok || !response.body) throw errorIn(await response.text(), address);
  return response;
}

async function experimentAt({address, folder, patienceMs = defaultPatienceMs}: Asked, signal: AbortSignal): Promise<string> {
  const patience = AbortSignal.timeout(patienceMs);
  const silence = (): FirstlightError =>
    refused(
      address,
      `it says nothing for ${patienceMs / 1000} s, as if it were suspended (Ctrl-Z; \`fg\` or \`kill -CONT\` lets it go on)`,
    );
  const response = await ask(new URL('/api/experiments', address), {signal: AbortSignal.any([signal, patience])}).catch(
    (error: unknown) => {
      throw patience.aborted ? silence() : error;
    },
  );
  const wanted = realFolder(folder);
  const answer = experiments.safeParse(await response.json().catch(() => undefined));
  if (patience.aborted) throw silence();
  if (!answer.success) throw refused(address, 'it does not answer as a server of Firstlight does');
  const found = answer.data.find((experiment) => realFolder(experiment.folder) === wanted);
  if (found) return found.id;
  throw refused(address, `it does not serve ${folder}`);
}

async function ask(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    throw refused(url.origin, sentenceOf((cause as Error).cause ?? cause), cause);
  }
}

/** The error as the server worded it, so that it reads the same as without a server; of anything else as much as fits a line. */
function errorIn(body: string, address: string): FirstlightError {
  const answer = errorBody.safeParse(jsonOf(body));
  if (!answer.success) return refused(address, body.slice(0, 200).split('\n')[0] || 'it gave no reason');
  const {code, sentence} = answer.data.error;
  return new FirstlightError(code, sentence, {facts: {address}});
}

/** A text's JSON, or undefined when it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const refused = (address: string, why: string, cause?: unknown) =>
  new FirstlightError(
    'server-refused',
    `The server at ${address} owns this folder but did not do the work: ${why.replace(/\.$/, '')}. Look at its log, or stop it and try again.`,
    {cause},
  );
