/**
 * The origin of a value: what it was made of and how.
 *
 * A runner leaves it in the fragment beside the value, as JSON `{NAME: Origin, …}` in the scalar UTF-8 dataset `.firstlight/origin`, so that it is as durable as
 * the value itself. Identities are opaque strings; two that are equal stand for the same thing.
 */
import {z} from 'zod';

/** What an origin says about one input that a value was computed from. */
export const originInput = z.object({
  parameter: z.string(),
  kind: z.enum(['var', 'meta', 'mymdc', 'param']),
  /** The variable that was really used (a glob gives one entry for each match), or the field's name. */
  name: z.string(),
  /** Of that value, or of the text a parameter was given; null: unknown, a default, or not identified. */
  identity: z.string().nullable(),
  state: z.enum(['ok', 'none', 'failed', 'skipped', 'missing', 'default', 'given']),
});

/** What decides the result of a function, as far as it is known. */
const ingredients = {
  /** Code identity of the variable. */
  code: z.string(),
  /** Identity of the run's files it could read; null: not known. */
  data: z.string().nullable(),
  /** Identities of the files it declared with `dependsOn`, by path as declared. */
  dependsOn: z.record(z.string(), z.string()).optional(),
  inputs: z.array(originInput),
};

/** A variable that was computed on the way and is not stored. */
export const originStep = z.object({identity: z.string(), ...ingredients});

/** What a stored value was made of, and by whom. */
export const origin = z.object({
  /** SHA-256 in hex of `identityText`. */
  identity: z.string(),
  ...ingredients,
  /** Transient variables that it was computed from, directly or through others of them, by name. */
  transient: z.record(z.string(), originStep).optional(),
  /** Identity of the version of the context: all its texts. */
  context: z.string(),
  /** Identity of interpreter and packages. */
  environment: z.string(),
  job: z.string(),
  trigger: z.enum(['raw', 'proc', 'all']),
  attempt: z.int().nonnegative(),
  language: z.enum(['python', 'typescript']),
  host: z.string(),
  pid: z.int().positive(),
  /** Who asked for it. */
  user: z.string().nullable(),
  /** Seconds since 1970. */
  startedAt: z.number(),
  seconds: z.number().nonnegative(),
  memoryBytes: z.number().nullable(),
});

/** What a fragment says of its values. */
export const origins = z.record(z.string(), origin);

/** What the engine knows and a runner cannot; a part of the `run` request. */
export const requestOrigin = z.object({
  /** Identities of the run's files. What a variable of processed data could read is both, as `dataIdentity` joins them. */
  data: z.object({raw: z.string().nullable(), proc: z.string().nullable()}),
  /** Identities of files that variables declared, by path as declared. */
  dependsOn: z.record(z.string(), z.string()),
  /** Identities of the values given to parameters, by name. */
  parameters: z.record(z.string(), z.string()),
  user: z.string().nullable(),
});

/** The code of a variable, in `described`. */
export const variableCode = z.object({
  identity: z.string(),
  /** Its function as it is written. */
  source: z.string(),
  /** Files with code it reaches, relative to the context's folder, if that is more than the context file. */
  files: z.array(z.string()).optional(),
});

/** A version of the context, in `described`. */
export const contextVersion = z.object({
  identity: z.string(),
  /** The context file first; paths are relative to its folder. */
  files: z.array(z.object({path: z.string(), text: z.string()})),
});

/** What computes, in `described`: shown, not judged. */
export const environment = z.object({
  identity: z.string(),
  language: z.enum(['python', 'typescript']),
  interpreter: z.string(),
  version: z.string(),
  packages: z.record(z.string(), z.string()),
});

export type Origin = z.infer<typeof origin>;
export type OriginInput = z.infer<typeof originInput>;
export type OriginStep = z.infer<typeof originStep>;
export type RequestOrigin = z.infer<typeof requestOrigin>;
export type VariableCode = z.infer<typeof variableCode>;
export type ContextVersion = z.infer<typeof contextVersion>;
export type Environment = z.infer<typeof environment>;

/** What a variable could read of a run: raw files only, or (for one of processed data) both; null when nothing is known of either. */
export const dataIdentity = (data: 'raw' | 'proc', {raw, proc}: RequestOrigin['data']): string | null =>
  data === 'raw' || proc === null ? raw : `${raw ?? ''}+${proc}`;

/**
 * The text whose SHA-256 is the identity of a value: compact JSON of strings and nulls only, so that every language makes the same.
 *
 * `[code, data, [[path, identity], …], [[parameter, kind, name, identity, state], …]]`, both lists sorted by the code points of their items' JSON.
 */
export function identityText({code, data, dependsOn = {}, inputs}: Pick<OriginStep, 'code' | 'data' | 'dependsOn' | 'inputs'>): string {
  const files = Object.entries(dependsOn).map((entry) => JSON.stringify(entry));
  const needed = inputs.map(({parameter, kind, name, identity, state}) => JSON.stringify([parameter, kind, name, identity, state]));
  return `[${JSON.stringify(code)},${JSON.stringify(data)},[${sorted(files)}],[${sorted(needed)}]]`;
}

const sorted = (texts: string[]): string => texts.sort(byCodePoints).join(',');

/** JavaScript compares UTF-16 units, where characters beyond the basic plane come before some inside it. */
function byCodePoints(a: string, b: string): number {
  const [left, right] = [codePoints(a), codePoints(b)];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

const codePoints = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0) ?? 0);
