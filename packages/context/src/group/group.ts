import {z} from 'zod';
import {callerPosition} from '../position.ts';
import {blueprintOf, registerBlueprint} from './blueprint.ts';
import type {Blueprint} from './blueprint.ts';
import {GroupError, reservedFields} from './instance.ts';
import type {Group, GroupSettings} from './instance.ts';
import {instantiate} from './instantiate.ts';

type Nothing = Record<never, never>;
type Shape = Readonly<Record<string, z.ZodType>>;
type Members = Readonly<Record<string, unknown>>;
// An object without keys would otherwise be one that may not have any.
type Given<S extends Shape> = [keyof S] extends [never] ? Nothing : z.input<z.ZodObject<S>>;
type Parsed<S extends Shape> = [keyof S] extends [never] ? Nothing : z.output<z.ZodObject<S>>;
type Over<Base, M> = Omit<Base, keyof M> & M;

/** Makes groups: called with the parameters and what can be said of each group. */
export interface GroupFactory<In, P, M> {
  (...settings: Nothing extends In ? [settings?: In & GroupSettings] : [settings: In & GroupSettings]): Group & Readonly<P> & Readonly<M>;
}

/** What a group's variables are made with, beside its parameters. */
export interface GroupContext<Base> {
  /** The group itself, for `glob('…', {within: self})`. */
  readonly self: Group;
  /** The variables of the group it extends; those it has its own of are replaced wherever they are used. */
  readonly base: Readonly<Base>;
}

interface GroupOptions<S extends Shape> {
  /** What each group is made with, by a schema each: `{source: z.string(), gain: z.number().default(1)}`. */
  readonly parameters?: S;
  /** Added to the tags of all its variables. */
  readonly tags?: string | readonly string[];
}

/**
 * Defines a kind of group: variables that are made once for each of several devices, each time with other parameters.
 *
 * Called with parameters the factory makes a group; exporting that names it, and its variables are called `<group>.<variable>`.
 *
 * @throws GroupError for parameters that are called as what every group has.
 * @example
 * const Xgm = group({parameters: {source: z.string()}, tags: 'beam'}, ({source}) => {
 *   const pulses = variable({units: 'uJ'}, ({run}) => run.get(source, 'data.intensityTD').ndarray());
 *   return {pulses, energy: variable({inputs: {pulses}}, ({pulses}) => mean(pulses))};
 * });
 * export const sa1 = Xgm({source: 'SA1_XTD2_XGM/XGM/DOOCS:output', title: 'SASE 1'});
 */
export function group<M extends Members>(
  define: (parameters: Nothing, context: GroupContext<Nothing>) => M,
): GroupFactory<Nothing, Nothing, M>;
export function group<BaseIn, BaseP, Base, M extends Members & {[Key in keyof Base]?: Base[Key]}, S extends Shape = Nothing>(
  options: GroupOptions<S> & {readonly extends: GroupFactory<BaseIn, BaseP, Base>},
  define: (parameters: Readonly<BaseP & Parsed<S>>, context: GroupContext<Base>) => M,
): GroupFactory<BaseIn & Given<S>, BaseP & Parsed<S>, Over<Base, M>>;
export function group<M extends Members, S extends Shape = Nothing>(
  options: GroupOptions<S> & {readonly extends?: undefined},
  define: (parameters: Readonly<Parsed<S>>, context: GroupContext<Nothing>) => M,
): GroupFactory<Given<S>, Parsed<S>, M>;
export function group(first: unknown, second?: unknown): unknown {
  const [options, define] = (typeof first === 'function' ? [{}, first] : [first, second]) as [
    GroupOptions<Shape> & {extends?: unknown},
    Blueprint['define'],
  ];
  if (typeof define !== 'function')
    throw new TypeError('group() needs a function that makes its variables: group({parameters: …}, ({…}) => ({…})).');
  const blueprint = blueprintFor(options, define);
  const factory = (settings: object = {}): Group => instantiate(blueprint, settings, callerPosition(factory));
  registerBlueprint(factory, blueprint);
  return factory;
}

function blueprintFor(
  {parameters = {}, tags, extends: extended, ...unknown}: GroupOptions<Shape> & {extends?: unknown},
  define: Blueprint['define'],
): Blueprint {
  checkOptions(tags, Object.keys(unknown));
  const base = blueprintOf(extended);
  if (extended !== undefined && !base) throw new TypeError('A group can only extend what group() returned.');
  const taken = reservedFields.filter((field) => field in parameters);
  if (taken.length > 0) throw new GroupError(`Group classes cannot define reserved fields: ${taken.join(', ')}`);
  return {
    kind: 'group',
    parameters: {...base?.parameters, ...parameters},
    tags: tags === undefined ? (base?.tags ?? []) : [tags].flat(),
    base,
    define,
    position: callerPosition(group),
  };
}

/** What the compiler says, too, but not to everybody. */
function checkOptions(tags: unknown, unknown: readonly string[]): void {
  if (unknown.length > 0) throw new TypeError(`group() has no option ${unknown.join(', ')}.`);
  if (tags !== undefined && ![tags].flat().every((tag) => typeof tag === 'string'))
    throw new TypeError('The tags of a group must be a string or a list of strings.');
}
