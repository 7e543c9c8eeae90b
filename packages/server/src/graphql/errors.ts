import {isFirstlightError} from '@firstlight/core';
import {GraphQLError} from 'graphql';
import type {ExecutionResult} from 'graphql';

/**
 * An error as a client may see it: what we throw on purpose with its sentence and its code, mistakes in the question as they are, anything else without its inside.
 *
 * @param log told about what is not ours.
 */
export function toldError(error: unknown, log: (text: string) => void): GraphQLError {
  const graph = error instanceof GraphQLError ? error : undefined;
  const cause = graph?.originalError ?? error;
  const place = {path: graph?.path, nodes: graph?.nodes};
  if (isFirstlightError(cause)) return new GraphQLError(cause.message, {...place, extensions: {code: cause.code}});
  if (graph && (!graph.originalError || graph.originalError instanceof GraphQLError)) return graph;
  log(`A GraphQL resolver failed unexpectedly: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`);
  return new GraphQLError('Something went wrong inside the server; its output says what, please report it.', {
    ...place,
    extensions: {code: 'internal'},
  });
}

/** A result with all its errors told as `toldError` does, ready to be JSON. */
export const toldResult = ({data, errors}: ExecutionResult, log: (text: string) => void): Record<string, unknown> =>
  errors ? {data, errors: errors.map((error) => toldError(error, log).toJSON())} : {data};
