import {FirstlightError} from '@firstlight/core';
import {z} from 'zod';
import {askJson, posting} from './ask.ts';
import type {Transport} from './transport.ts';

const answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({message: z.string(), extensions: z.object({code: z.string().optional()}).optional()})).optional(),
});

/** Asks the server's GraphQL interface. @throws FirstlightError with its first error's code and sentence. */
export async function graphql(
  transport: Transport,
  query: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const {data, errors} = await askJson(transport, answer, '/graphql', posting({query, variables}));
  const [error] = errors ?? [];
  if (error) throw new FirstlightError(error.extensions?.code ?? 'bad-request', error.message);
  return data ?? {};
}
