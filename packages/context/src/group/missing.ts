import {Variable} from '../variable.ts';
import type {GroupFacts} from './instance.ts';

export {isMissingName} from '@firstlight/core';

/** What stands for a link that is not there, and for everything one would find behind it. */
export interface MissingLink {
  /** The group whose link it is. */
  readonly facts: GroupFacts;
  /** The parameter, then the attributes asked for. */
  readonly path: readonly string[];
}

const missing = new WeakMap<object, MissingLink>();

/** What an object stands for, if it is the other end of a link that is not there. */
export const missingLinkOf = (value: unknown): MissingLink | undefined =>
  typeof value === 'object' && value !== null ? missing.get(value) : undefined;

/** Names a promise or a printer would look for; a link that is not there is neither. */
const notAttributes = new Set(['then', 'toJSON', 'constructor']);

/**
 * Makes the other end of a link that is not there: a variable without a value, and each of its attributes is one, too.
 *
 * A variable that needs one is skipped when it runs, one that has a default for it gets that.
 */
export function missingLink(facts: GroupFacts, path: readonly string[]): object {
  const target = new Variable({transient: true}, () => null, facts.position);
  const attributes = new Map<string, object>();
  const proxy = new Proxy(target, {
    get: (variable, key) => {
      if (typeof key !== 'string' || notAttributes.has(key)) return Reflect.get(variable, key) as unknown;
      const known = attributes.get(key) ?? missingLink(facts, [...path, key]);
      attributes.set(key, known);
      return known;
    },
  });
  missing.set(proxy, {facts, path});
  return proxy;
}

/** The name of the variable that stands for something behind a link that is not there; what would be a pattern becomes a name. */
export const missingName = (group: string, path: readonly string[]): string =>
  `${group}.__missing__.${path.join('.').replaceAll(/[*?[\]]/g, '_')}`;
