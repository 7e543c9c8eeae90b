/** Writes `schema.graphql` anew: `npm run schema -w packages/server`. */
import {writeFile} from 'node:fs/promises';
import {createSchema, schemaText} from './schema.ts';

await writeFile(new URL('../../schema.graphql', import.meta.url), schemaText(createSchema()));
