import type {z} from 'zod';
import type {Position} from '../position.ts';

/** What a factory makes groups from. */
export interface Blueprint {
  /** The name the factory is exported under, once that is known; for messages. */
  kind: string;
  /** All its parameters, those of what it extends included. */
  readonly parameters: Readonly<Record<string, z.ZodType>>;
  readonly tags: readonly string[];
  readonly base: Blueprint | undefined;
  readonly define: (parameters: never, context: never) => Readonly<Record<string, unknown>>;
  readonly position: Position | undefined;
}

const blueprints = new WeakMap<object, Blueprint>();

export const registerBlueprint = (factory: object, blueprint: Blueprint): void => void blueprints.set(factory, blueprint);

/** What a factory makes groups from; undefined for anything that is no factory. */
export const blueprintOf = (value: unknown): Blueprint | undefined => (typeof value === 'function' ? blueprints.get(value) : undefined);

/** Tells whether groups of one kind are also of another: the same, or extended from it. */
export function isKindOf(blueprint: Blueprint, wanted: Blueprint): boolean {
  for (let kind: Blueprint | undefined = blueprint; kind; kind = kind.base) if (kind === wanted) return true;
  return false;
}
