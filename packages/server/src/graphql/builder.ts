import SchemaBuilder from '@pothos/core';
import type {Catalogue} from '../experiments/catalogue.ts';

/** What every resolver gets. */
export interface GraphContext {
  readonly catalogue: Catalogue;
}

export interface SchemaTypes {
  Context: GraphContext;
  DefaultFieldNullability: false;
  Scalars: {
    JSON: {Input: unknown; Output: unknown};
    ID: {Input: string; Output: string};
  };
}

export type Builder = ReturnType<typeof createBuilder>;

/** An empty schema to which each slice adds its part. */
export function createBuilder() {
  const builder = new SchemaBuilder<SchemaTypes>({defaultFieldNullability: false});
  builder.scalarType('JSON', {
    description: 'Any JSON value; numbers that JSON cannot say are the strings "NaN", "Infinity" and "-Infinity".',
    serialize: (value) => value,
  });
  builder.queryType({description: 'Everything small; tables and arrays are served by plain HTTP, see /api.'});
  builder.mutationType({});
  builder.subscriptionType({});
  return builder;
}
