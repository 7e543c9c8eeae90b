import type {Problem} from '@firstlight/core';
import {expandGroups} from '../../group/expand.ts';
import type {Expanded} from '../../group/expand.ts';
import {ownerOf} from '../../group/instance.ts';
import {missingLinkOf, missingName} from '../../group/missing.ts';
import type {Position} from '../../position.ts';
import {isVariable} from '../../variable.ts';
import type {Variable} from '../../variable.ts';

/** The names of everything a module exports. */
export interface Names {
  /** Variables outside groups by name, in the order of the file. */
  readonly plain: ReadonlyMap<string, Variable<unknown>>;
  readonly expanded: Expanded;
  readonly problems: readonly Problem[];
  /** The name of a variable that another asks for; undefined: it has none. */
  nameOf(variable: Variable<unknown>): string | undefined;
}

/** Something wrong at a place. */
export const problemAt = (position: Position | undefined, file: string, text: string): Problem => ({
  severity: 'error',
  text,
  file: position?.file ?? file,
  line: position?.line ?? null,
  column: position?.column ?? null,
});

/** Finds the variables and groups that a module exports, and what they are called. */
export function namesOf(module: Readonly<Record<string, unknown>>, file: string): Names {
  const names = new Map<Variable<unknown>, string>();
  const problems: Problem[] = [];
  for (const [name, variable] of exportedVariables(module)) {
    const fault = faultOf(name, names.get(variable));
    if (fault === undefined) names.set(variable, name);
    else problems.push(problemAt(variable.position, file, fault));
  }
  const plain = new Map([...names].map(([variable, name]) => [name, variable]));
  const expanded = expandGroups(module, new Set(plain.keys()));
  problems.push(...expanded.problems.map(({facts, text}) => problemAt(facts.position, file, text)));
  const nameOf = (variable: Variable<unknown>) => names.get(variable) ?? nameInGroup(variable, expanded.names);
  return {plain, expanded, problems, nameOf};
}

/** Variables in the order they were defined; one of a group that is exported by itself is only a short way to it. */
function exportedVariables(module: Readonly<Record<string, unknown>>): [string, Variable<unknown>][] {
  return Object.entries(module)
    .filter((entry): entry is [string, Variable<unknown>] => isVariable(entry[1]) && !missingLinkOf(entry[1]) && !ownerOf(entry[1]))
    .sort(([, a], [, b]) => a.index - b.index);
}

function faultOf(name: string, known: string | undefined): string | undefined {
  if (known !== undefined) return `One variable is exported twice, as ${known} and ${name}; give the second a function of its own.`;
  if (name !== 'default') return undefined;
  return 'The default export cannot be a variable, since it has no name; write `export const NAME = variable(…)`.';
}

function nameInGroup(variable: Variable<unknown>, groups: Expanded['names']): string | undefined {
  const link = missingLinkOf(variable);
  const group = groups.get((link ?? ownerOf(variable))?.facts as never);
  if (group === undefined) return undefined;
  return link ? missingName(group, link.path) : `${group}.${ownerOf(variable)?.attribute}`;
}
