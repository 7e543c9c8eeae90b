import {z} from 'zod';
import {isVariable} from '../variable.ts';
import type {Variable} from '../variable.ts';
import {blueprintOf, isKindOf} from './blueprint.ts';
import {factsOf} from './instance.ts';
import type {Group} from './instance.ts';
import {missingLinkOf} from './missing.ts';

/** Anything that makes groups. */
export type AnyFactory = (...settings: never[]) => Group;

/** The group that a factory makes. */
export type InstanceOf<Factory extends AnyFactory> = ReturnType<Factory>;

/** In place of what an optional link was not given. */
export const notLinked: unique symbol = Symbol('not linked');

const isInstance = (factory: AnyFactory, value: unknown): boolean => {
  const [facts, wanted] = [factsOf(value), blueprintOf(factory)];
  return missingLinkOf(value) !== undefined || (facts !== undefined && wanted !== undefined && isKindOf(facts.blueprint, wanted));
};

const linkSchema = <T>(accepts: (value: unknown) => boolean, wanted: () => string) =>
  z.custom<T>(accepts, {error: () => `must be ${wanted()}`});

const groupSchema = <Factory extends AnyFactory>(factory: Factory) =>
  linkSchema<InstanceOf<Factory>>(
    (value) => isInstance(factory, value),
    () => `a group of kind ${blueprintOf(factory)?.kind ?? 'that group() makes'}`,
  );

const variableSchema = <T>() => linkSchema<Variable<T>>(isVariable, () => 'a variable');

/** What is not linked is seen as linked: whatever is asked of it has no value. */
const orNotLinked = <T>(schema: z.ZodType<T, T>) => schema.nullish().transform((value) => (value ?? notLinked) as T);

/**
 * Makes a parameter that is a group of a kind (or extended from it).
 *
 * @example
 * const Ratio = group({parameters: {over: link(Xgm), under: link(Xgm)}}, ({over, under}) => ({ratio: variable({inputs: {a: over.energy, b: under.energy}}, …)}));
 */
export const link = <Factory extends AnyFactory>(factory: Factory) => groupSchema(factory);

/** Makes a parameter that may be left out or null; variables that need something of it are then skipped, or get their default. */
export const optionalLink = <Factory extends AnyFactory>(factory: Factory) => orNotLinked<InstanceOf<Factory>>(groupSchema(factory));

/** Makes a parameter that is a variable: exported, or of a group. */
export const variableLink = <T>() => variableSchema<T>();

/** Makes a parameter that is a variable or may be left out or null. */
export const optionalVariableLink = <T>() => orNotLinked<Variable<T>>(variableSchema<T>());

/** Tells whether an optional link leads anywhere. */
export const isLinked = (linked: Group | Variable<unknown>): boolean => missingLinkOf(linked) === undefined;
