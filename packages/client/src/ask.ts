import {FirstlightError, sentenceOf} from '@firstlight/core';
import {z} from 'zod';
import type {Transport} from './transport.ts';

const failure = z.object({error: z.object({code: z.string(), sentence: z.string()})});

/**
 * Sends a request, and turns every way to fail into one sentence.
 *
 * @throws FirstlightError with the server's code and sentence, or `no-server` when it cannot be reached.
 */
export async function ask(transport: Transport, path: string, init: RequestInit = {}): Promise<Response> {
  const response = await transport.request(path, init).catch((cause: unknown) => {
    if (init.signal?.aborted || cause instanceof FirstlightError) throw cause;
    const why = sentenceOf((cause as Error).cause ?? cause) || 'it does not answer';
    throw new FirstlightError('no-server', `The server at ${transport.address} cannot be reached: ${why}. Is it running?`, {cause});
  });
  if (response.ok) return response;
  const body = failure.safeParse(await response.json().catch(() => undefined));
  if (body.success) throw new FirstlightError(body.data.error.code, body.data.error.sentence, {facts: {status: response.status, path}});
  throw new FirstlightError(
    'bad-answer',
    `${transport.address} answered ${response.status} to ${path}, and not as a server of Firstlight does.`,
  );
}

/** Asks for JSON of a known form. @throws FirstlightError `bad-answer` when it is of another. */
export async function askJson<T extends z.ZodType>(transport: Transport, schema: T, path: string, init?: RequestInit): Promise<z.infer<T>> {
  const response = await ask(transport, path, init);
  const answer = schema.safeParse(await response.json().catch(() => undefined));
  if (answer.success) return answer.data;
  throw new FirstlightError(
    'bad-answer',
    `What ${transport.address} answers to ${path} is not understood (${z.prettifyError(answer.error).split('\n')[0]}); it may be of another version than this client.`,
  );
}

/** Asks for bytes. */
export const askBytes = async (transport: Transport, path: string, init?: RequestInit): Promise<Uint8Array> =>
  (await ask(transport, path, init)).bytes();

/** A POST of JSON. */
export const posting = (body: object, signal?: AbortSignal): RequestInit => ({
  method: 'POST',
  headers: {'content-type': 'application/json'},
  body: JSON.stringify(body),
  ...(signal && {signal}),
});
