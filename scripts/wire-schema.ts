/** Writes `fixtures/wire/runner.schema.json`, the runner protocol for languages without zod: `node scripts/wire-schema.ts && npm run format`. */
import {writeFileSync} from 'node:fs';
import {wire} from '../packages/core/src/index.ts';
import {z} from 'zod';

/** The protocol as JSON Schema: what a request and what an event line must be. */
export const runnerSchema = (): string =>
  `${JSON.stringify({request: z.toJSONSchema(wire.request), event: z.toJSONSchema(wire.event)}, null, 2)}\n`;

if (import.meta.main) writeFileSync(new URL('../fixtures/wire/runner.schema.json', import.meta.url), runnerSchema());
