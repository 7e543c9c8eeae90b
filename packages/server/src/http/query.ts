import {FirstlightError} from '@firstlight/core';
import type {z} from 'zod';

/** Reads what came with a request. @throws FirstlightError `bad-request` that names the field, what was expected and what came. */
export function parseQuery<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({path, message}) => (path.length > 0 ? `"${path.join('.')}": ${message}` : message));
  throw new FirstlightError('bad-request', `The request is not understood: ${faults.join('; ')}. /api describes what is.`);
}
