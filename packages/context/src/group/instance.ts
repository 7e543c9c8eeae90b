import type {GroupNode} from '@firstlight/core';
import type {Position} from '../position.ts';
import type {Variable} from '../variable.ts';
import type {Blueprint} from './blueprint.ts';

declare const brand: unique symbol;

/** A group of variables, made by a factory: its parameters and variables are its properties. */
export class Group {
  declare readonly [brand]: true;
}

/** What can be said of each group beside its parameters. */
export interface GroupSettings {
  /** Prefix of its variables' names; default: the name it is exported under, or the attribute that holds it. */
  readonly name?: string;
  /** Prefix of their titles; default: its name. */
  readonly title?: string;
  /** Added to the tags of its variables, in place of the factory's; null: none. */
  readonly tags?: string | readonly string[] | null;
  /** Between its title and theirs; default `/`. */
  readonly sep?: string;
}

export const reservedFields = ['name', 'title', 'tags', 'sep'] as const;

/** A group could not be made as it is written. */
export class GroupError extends Error {
  override readonly name = 'GroupError';
}

/** What is known of a group. */
export interface GroupFacts extends GroupNode {
  readonly blueprint: Blueprint;
  readonly settings: GroupSettings;
  /** What it was made with beside that, as far as it can be written down. */
  readonly given: string;
  /** Its own variables by attribute. */
  readonly members: Map<string, Variable<unknown>>;
  readonly held: Map<string, GroupFacts>;
  readonly position: Position | undefined;
  /** Counts up, so that groups keep the order of the file. */
  readonly index: number;
}

const groups = new WeakMap<Group, GroupFacts>();
const owners = new WeakMap<Variable<unknown>, {readonly facts: GroupFacts; readonly attribute: string}>();

export const registerGroup = (group: Group, facts: GroupFacts): void => void groups.set(group, facts);

/** What is known of anything, if it is a group. */
export const factsOf = (value: unknown): GroupFacts | undefined =>
  typeof value === 'object' && value !== null ? groups.get(value as Group) : undefined;

/** Notes that a variable is an attribute of a group; also one that another variable took the place of. */
export const own = (variable: Variable<unknown>, facts: GroupFacts, attribute: string): void =>
  void owners.set(variable, {facts, attribute});

/** The group a variable belongs to, if any, and its attribute there. */
export const ownerOf = (variable: Variable<unknown>): {readonly facts: GroupFacts; readonly attribute: string} | undefined =>
  owners.get(variable);
