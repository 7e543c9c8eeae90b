import {nameGroups} from '@firstlight/core';
import type {Variable} from '../variable.ts';
import {blueprintOf} from './blueprint.ts';
import {factsOf} from './instance.ts';
import type {GroupFacts} from './instance.ts';

/** A variable of a group, as the table knows it. */
export interface Member {
  readonly name: string;
  readonly variable: Variable<unknown>;
  /** What comes before its own title. */
  readonly titlePrefix: string;
  readonly attribute: string;
  /** Those of the group. */
  readonly tags: readonly string[];
}

export interface Expanded {
  readonly names: ReadonlyMap<GroupFacts, string>;
  readonly groups: readonly {readonly name: string; readonly title: string; readonly facts: GroupFacts}[];
  readonly members: readonly Member[];
  readonly problems: readonly {readonly facts: GroupFacts; readonly text: string}[];
}

/**
 * Names the groups that a module exports or links, and their variables.
 *
 * @param taken the names of variables outside groups.
 */
export function expandGroups(module: Readonly<Record<string, unknown>>, taken: ReadonlySet<string>): Expanded {
  for (const [name, value] of Object.entries(module)) nameBlueprint(name, value);
  const exported = exportedGroups(module);
  const {groups: named, problems} = nameGroups<GroupFacts>(exported);
  const groups = named.map(({node, name}) => ({name, title: titleOf(node, name), facts: node}));
  const used = new Set(taken);
  const complaints = problems.map(({node, text}) => ({facts: node, text}));
  const members = groups.flatMap((group) =>
    membersOf(group).filter(({name}) => {
      if (used.has(name)) complaints.push({facts: group.facts, text: `Duplicate variable name '${name}' from group '${group.name}'`});
      return !used.has(name) && used.add(name);
    }),
  );
  return {names: new Map(groups.map(({facts, name}) => [facts, name])), groups, members, problems: complaints};
}

/** Groups in the order they were made (a module has its exports in the order of their names). */
function exportedGroups(module: Readonly<Record<string, unknown>>): (readonly [string, GroupFacts])[] {
  return Object.entries(module)
    .flatMap(([name, value]) => {
      const facts = factsOf(value);
      return facts ? [[name === 'default' ? '__default' : name, facts] as const] : []; // a default export names nothing
    })
    .sort(([, a], [, b]) => a.index - b.index);
}

function nameBlueprint(name: string, value: unknown): void {
  const blueprint = blueprintOf(value);
  if (blueprint) blueprint.kind = name;
}

/** A group that was given a name, but no title, is titled by it; a name that was found has its dots replaced. */
const titleOf = ({settings}: GroupFacts, name: string): string =>
  settings.title ?? settings.name ?? name.replaceAll('.', separatorOf(settings));

const separatorOf = ({sep}: GroupFacts['settings']): string => sep ?? '/';

function membersOf({name, title, facts}: Expanded['groups'][number]): Member[] {
  const {settings, blueprint} = facts;
  const tags = 'tags' in settings ? [settings.tags ?? []].flat() : blueprint.tags;
  return [...facts.members].map(([attribute, variable]) => ({
    name: `${name}.${attribute}`,
    variable,
    titlePrefix: `${title}${separatorOf(settings)}`,
    attribute,
    tags,
  }));
}
