import {FirstlightError, isFirstlightError, sentenceOf} from '@firstlight/core';
import type {JobEvent} from '@firstlight/engine';
import {realFolder} from '@firstlight/store';
import {z} from 'zod';
import {parseJobEvent} from './job-event.ts';

const experiments = z.array(z.object({id: z.string(), folder: z.string()}));
const errorBody = z.object({error: z.object({sentence: z.string()})});

interface Work {
  runs: number[] | 'all';
  /** Of runs given as numbers, or the only one of all. */
  proposal?: number | undefined;
  variables?: string[] | undefined;
  trigger: string;
  mock: boolean;
  parameters?: Readonly<Record<string, unknown>> | undefined;
  parallel?: number | undefined;
  cold?: boolean | undefined;
  trial?: boolean | undefined;
}

/**
 * Has the server that owns a folder do the work, and gives its events as they come; ends early when the signal aborts.
 *
 * @throws FirstlightError `server-refused` when the server cannot be reached or will not do it, `server-lost` when it ends before the work does.
 */
export async function* askServer(address: string, folder: string, work: Work, signal: AbortSignal): AsyncGenerator<JobEvent> {
  try {
    yield* eventsOf(address, folder, work, signal);
  } catch (error) {
    if (signal.aborted) return; // the person's own doing
    throw isFirstlightError(error) ? error : lost(address, error);
  }
}

async function* eventsOf(address: string, folder: string, work: Work, signal: AbortSignal): AsyncGenerator<JobEvent> {
  const id = await experimentAt(address, folder, signal);
  const response = await ask(new URL(`/api/experiments/${encodeURIComponent(id)}/process`, address), {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify(work),
    signal,
  });
  if (!response.ok || !response.body) throw refused(address, reasonIn(await response.text()));
  let last: JobEvent | undefined;
  for await (const line of lines(response.body)) {
    last = parseJobEvent(line);
    yield last;
  }
  if (last?.event !== 'finished' || 'job' in last) throw lost(address);
}

async function experimentAt(address: string, folder: string, signal: AbortSignal): Promise<string> {
  const response = await ask(new URL('/api/experiments', address), {signal});
  const wanted = realFolder(folder);
  const answer = experiments.safeParse(await response.json().catch(() => undefined));
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

/** The sentence of an error as the server words it; of anything else as much as fits a line. */
function reasonIn(body: string): string {
  const answer = errorBody.safeParse(asJson(body));
  return answer.success ? answer.data.error.sentence : body.slice(0, 200).split('\n')[0] || 'it gave no reason';
}

function asJson(text: string): unknown {
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

const lost = (address: string, cause?: unknown) =>
  new FirstlightError(
    'server-lost',
    `The server at ${address} ended before the work did; what it had queued goes on when the folder is served again, or ask again.`,
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
