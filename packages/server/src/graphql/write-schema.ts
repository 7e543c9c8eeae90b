/** Writes `schema.graphql` anew: `node packages/server/src/graphql/write-schema.ts`. */
import {writeFile} from 'node:fs/promises';
import {createSchema, schemaText} from './schema.ts';

await writeFile(new URL('../../schema.graphql', import.meta.url), schemaText(createSchema()));
