import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {FirstlightError, isFirstlightError, sentenceOf} from '@firstlight/core';
import {z} from 'zod';
import type {MymdcFields} from '../inputs.ts';

/** What people keep in the metadata catalogue about one run; each fact by itself may be unknown. */
export type RunFacts = {readonly [Field in keyof MymdcFields]: Promise<MymdcFields[Field]>};

/** Where facts about runs come from: the facility's catalogue, or a stand-in. */
export type Catalogue = (run: {proposal: number; run: number; proposalPath: string | null}) => RunFacts;

/** Gets the JSON behind a path of the catalogue. */
type Get = (path: string) => Promise<unknown>;

const defaultSeconds = 2;
const runs = z.object({
  runs: z
    .array(z.object({id: z.number(), sample_id: z.number().nullish(), experiment_id: z.number().nullish()}))
    .min(1, {error: 'no such run'}),
});
const named = z.object({name: z.string()});
const runDetails = z.object({techniques: z.array(z.looseObject({identifier: z.string(), name: z.string()}))});

/**
 * The catalogue of European XFEL, with the credentials that lie in the proposal's directory. Everything is asked at once.
 *
 * @param seconds so long an answer is waited for.
 */
export const mymdcCatalogueWithin =
  (seconds: number): Catalogue =>
  ({proposal, run, proposalPath}) => {
    const patience = {seconds, signal: AbortSignal.timeout(1000 * seconds)};
    const get = once(async () => httpGet(await readCredentials(proposalPath), patience));
    const ask = async (path: string): Promise<unknown> => (await get())(path);
    const found = once(
      async () => parse(runs, await ask(`proposals/by_number/${proposal}/runs/${run}`)).runs[0] as z.infer<typeof runs>['runs'][number],
    );
    const nameOf = async (what: 'sample' | 'experiment') => {
      const id = (await found())[`${what}_id`];
      if (id === null || id === undefined) throw unknown(`run ${run} has no ${what}`);
      return parse(named, await ask(`${what}s/${id}`)).name;
    };
    const facts: RunFacts = {
      sample_name: nameOf('sample'),
      run_type: nameOf('experiment'),
      techniques: found().then(async ({id}) => parse(runDetails, await ask(`runs/${id}`)).techniques),
    };
    for (const fact of Object.values(facts)) fact.catch(() => undefined); // told to whoever asks for it
    return facts;
  };

/** The same with the usual patience. */
export const mymdcCatalogue: Catalogue = mymdcCatalogueWithin(defaultSeconds);

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

const unknown = (why: string, cause?: unknown): FirstlightError =>
  new FirstlightError('catalogue', `The metadata catalogue did not tell: ${why}.`, {cause});

interface Credentials {
  readonly server: string;
  readonly token: string;
}

async function readCredentials(proposalPath: string | null): Promise<Credentials> {
  if (!proposalPath) throw unknown('a run without files has no proposal directory with credentials');
  const file = join(proposalPath, 'usr/mymdc-credentials.yml');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unknown(`its credentials cannot be read from ${file} (${sentenceOf(error).replace(/, \w+ '.*'$/, '')})`, error);
  });
  const entry = (name: string) => new RegExp(`^\\s*${name}\\s*:\\s*(['"]?)(.+?)\\1\\s*$`, 'm').exec(text)?.[2];
  const [server, token] = [entry('server'), entry('token')];
  if (!server || !token) throw unknown(`${file} has no server or no token`);
  return {server, token};
}

function httpGet({server, token}: Credentials, {seconds, signal}: {readonly seconds: number; readonly signal: AbortSignal}): Get {
  const headers = {
    'X-API-key': token,
    accept: 'application/json; version=1',
    'content-type': 'application/json',
    'user-agent': 'Firstlight',
  };
  return async (path) => {
    const response = await fetch(`${server}/api/mymdc/${path}`, {headers, signal}).catch((error: unknown) => {
      throw unknown(
        signal.aborted ? `${server} gave no answer within ${seconds} s` : `${server} cannot be reached (${reason(error)})`,
        error,
      );
    });
    const body: unknown = await response.json().catch((error: unknown) => {
      throw unknown(signal.aborted ? `${server} gave no answer within ${seconds} s` : `${server} sent no JSON for ${path}`, error);
    });
    if (response.ok) return body;
    const info = z.object({info: z.string()}).safeParse(body).data?.info;
    throw unknown(`${server} refused ${path} with status ${response.status}${info ? ` (${info})` : ''}`);
  };
}

const reason = (error: unknown): string => sentenceOf((error as {cause?: unknown}).cause ?? error);

function parse<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unknown(
    issue?.message === 'no such run' ? 'it has no such run' : `its answer is not as expected (${issue?.path.join('.')}: ${issue?.message})`,
  );
}

/** How a fact that is not known is told as a variable's error. */
export const catalogueError = (error: unknown): {errorClass: string; message: string} => ({
  errorClass: isFirstlightError(error, 'catalogue') ? 'CatalogueError' : 'Error',
  message: sentenceOf(error),
});
