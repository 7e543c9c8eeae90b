import {parse} from 'graphql';
import type {Source} from 'graphql';

/** Longest document that is read; the page's longest has about 100 tokens. */
const mostTokens = 2000;

/** Parses a GraphQL document of bounded length. @throws GraphQLError. */
export const parseDocument = (text: string | Source) => parse(text, {maxTokens: mostTokens});
