import {contextQuery, parseContext, parseExperiments, sentenceOfAnswer, type ContextFacts, type Experiment} from './wire.ts';

/** A request that got an answer we cannot use, with a sentence to show. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
  readonly status: number;

  constructor(status: number, sentence: string) {
    super(sentence);
    this.status = status;
  }
}

const unreachable = 'The server does not answer; it may have stopped, or the network may be down.';

/** Fetches, and turns every way to fail into one sentence. */
export async function get(address: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(address, init).catch((error: unknown) => {
    if (init.signal?.aborted) throw error;
    throw new RequestFailed(0, unreachable);
  });
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => undefined);
  throw new RequestFailed(response.status, sentenceOfAnswer(body) ?? `The server answered ${response.status} to ${address}.`);
}

/** The experiments of this server. */
export const fetchExperiments = async (signal: AbortSignal): Promise<Experiment[]> =>
  parseExperiments(await (await get('/api/experiments', {signal})).json());

/** What is wrong with an experiment's context now and, with `variables`, what it declares. */
export async function fetchContext(id: string, {variables}: {variables: boolean}, signal: AbortSignal): Promise<ContextFacts> {
  const body = JSON.stringify({query: contextQuery, variables: {id, variables}});
  const response = await get('/graphql', {method: 'POST', headers: {'content-type': 'application/json'}, body, signal});
  return parseContext(await response.json());
}

const base = (id: string): string => `/api/experiments/${encodeURIComponent(id)}`;

/** The whole table, or its newest rows, as an Arrow stream. */
export const fetchTable = async (id: string, newest: number | null, signal: AbortSignal): Promise<Uint8Array> =>
  (
    await get(`${base(id)}/table${newest === null ? '' : `?rows=-${newest}`}`, {
      signal,
      headers: {accept: 'application/vnd.apache.arrow.stream'},
    })
  ).bytes();

/** Where the files of one value are. */
export const valueAddress = (id: string, {proposal, run, name}: {proposal: number; run: number; name: string}): string =>
  `${base(id)}/runs/${proposal}/${run}/${encodeURIComponent(name)}`;
