import {z} from 'zod';
import type {Position} from '../position.ts';
import {definedSoFar, isVariable} from '../variable.ts';
import type {Blueprint} from './blueprint.ts';
import {Group, GroupError, factsOf, own, ownerOf, registerGroup, reservedFields} from './instance.ts';
import type {GroupFacts, GroupSettings} from './instance.ts';
import {notLinked} from './link.ts';
import {missingLink, missingLinkOf} from './missing.ts';

let made = 0;

type Values = Readonly<Record<string, unknown>>;

const settingsSchema = z.object({
  name: z.string({error: 'must be a string'}).optional(),
  title: z.string({error: 'must be a string'}).optional(),
  tags: z.union([z.string(), z.array(z.string())], {error: 'must be a string or a list of strings'}).nullish(),
  sep: z.string({error: 'must be a string'}).optional(),
});

/**
 * Makes a group.
 *
 * @throws GroupError when its parameters are not as their schemas say, or its attributes collide.
 */
export function instantiate(blueprint: Blueprint, given: object, position: Position | undefined): Group {
  const {settings, parameters} = parse(blueprint, given);
  const self = new Group();
  const facts: GroupFacts = {
    blueprint,
    settings,
    given: JSON.stringify(parameters, plainly) ?? '',
    name: settings.name,
    get kind() {
      return blueprint.kind;
    },
    members: new Map(),
    held: new Map(),
    position,
    index: made++,
  };
  registerGroup(self, facts);
  const linked = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, orMissing(facts, name, value)]));
  const attributes = build(blueprint, {self, facts, parameters: linked});
  checkNames(blueprint, linked, attributes);
  for (const [attribute, value] of Object.entries({...linked, ...attributes})) hold(facts, attribute, value);
  return Object.freeze(Object.assign(self, linked, attributes));
}

/** For `JSON.stringify`: objects of classes only say that they are there. */
function plainly(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return `${typeof value} ${String(value)}`;
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  const isPlain = typeof value !== 'object' || value === null || Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  return isPlain ? value : 'object';
}

/** A link that was not given, or whose other end is itself a link that was not given. */
const orMissing = (facts: GroupFacts, name: string, value: unknown): unknown =>
  value === notLinked || missingLinkOf(value) ? missingLink(facts, [name]) : value;

function parse(blueprint: Blueprint, given: object): {settings: GroupSettings; parameters: Values} {
  const schema = settingsSchema.extend(blueprint.parameters).strict();
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new GroupError(parsed.error.issues.map((issue) => issueText(blueprint.kind, issue)).join('\n'));
  const {name, title, tags, sep, ...parameters} = parsed.data as GroupSettings & Values;
  return {settings: {name, title, sep, ...('tags' in parsed.data ? {tags} : {})}, parameters};
}

function issueText(kind: string, issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `A group of kind ${kind} has no parameter ${issue.keys.join(', ')}.`;
  return `The parameter ${issue.path.join('.')} of a group of kind ${kind}: ${issue.message}.`;
}

interface Building {
  readonly self: Group;
  readonly facts: GroupFacts;
  readonly parameters: Values;
}

/** The attributes of a group: those of what it extends, and over them its own. */
function build(blueprint: Blueprint, building: Building): Record<string, unknown> {
  const base = blueprint.base ? build(blueprint.base, building) : {};
  const first = definedSoFar();
  const returned = blueprint.define(building.parameters as never, {self: building.self, base} as never) ?? {};
  const given = Object.fromEntries(Object.entries(returned).filter(([, value]) => value !== undefined));
  for (const [attribute, value] of Object.entries(given)) claim(building.facts, attribute, {value, first});
  return {...base, ...given};
}

/** A variable that was defined for this group is its own; one from elsewhere is a link. */
function claim(facts: GroupFacts, attribute: string, {value, first}: {value: unknown; first: number}): void {
  if (!isVariable(value) || missingLinkOf(value) || value.index < first) return;
  const owner = ownerOf(value);
  if (owner && owner.facts !== facts) return;
  if (owner)
    throw new GroupError(`One variable is both ${owner.attribute} and ${attribute} of a group; give the second a function of its own.`);
  own(value, facts, attribute);
  facts.members.set(attribute, value);
}

function hold(facts: GroupFacts, attribute: string, value: unknown): void {
  const inner = factsOf(value);
  if (inner) facts.held.set(attribute, inner);
}

function checkNames({kind}: Blueprint, parameters: Values, attributes: Values): void {
  const reserved = reservedFields.filter((field) => field in attributes);
  if (reserved.length > 0) throw new GroupError(`Group classes cannot define reserved fields: ${reserved.join(', ')}`);
  const twice = Object.keys(attributes).filter((name) => name in parameters && parameters[name] !== attributes[name]);
  if (twice.length > 0)
    throw new GroupError(`${twice.join(', ')} is both a parameter and a variable of a group of kind ${kind}; rename one of them.`);
}
