import {lexicographicSortSchema, printSchema} from 'graphql';
import type {GraphQLSchema} from 'graphql';
import {defineChanges} from '../changes/schema.ts';
import {defineExperiments} from '../experiments/schema.ts';
import {defineProcess} from '../process/schema.ts';
import {createBuilder} from './builder.ts';
import {defineEnums} from './enums.ts';

/** Builds the GraphQL schema; each slice adds its part. */
export function createSchema(): GraphQLSchema {
  const builder = createBuilder();
  const enums = defineEnums(builder);
  const experiments = defineExperiments(builder, enums);
  defineChanges(builder, experiments);
  defineProcess(builder, enums);
  return builder.toSchema();
}

/** The schema as text, in an order that does not depend on the code's; kept in `schema.graphql`. */
export const schemaText = (schema: GraphQLSchema): string => `${printSchema(lexicographicSortSchema(schema))}\n`;
