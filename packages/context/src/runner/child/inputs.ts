import {isVariableName} from '@firstlight/core';
import type {VariableInput} from '@firstlight/core';
import {factsOf, ownerOf} from '../../group/instance.ts';
import {missingLinkOf, missingName} from '../../group/missing.ts';
import type {Glob, Input} from '../../inputs.ts';
import {isVariable} from '../../variable.ts';
import type {Variable} from '../../variable.ts';
import type {Names} from './names.ts';

const metaFields = ['run_number', 'proposal', 'proposal_path'];
const mymdcFields = ['sample_name', 'run_type', 'techniques'];

/** What an input asks for, or what is wrong with it as the end of a sentence. */
export function describeInput(parameter: string, input: Input, names: Names): VariableInput | string {
  if (parameter === 'run') return 'cannot be called run, since that is the run itself; choose another name.';
  const isOptional = typeof input === 'object' && input !== null && !isVariable(input) && input.kind === 'optional';
  const asked = isOptional ? input.of : input;
  const wanted = isVariable(asked) ? variableName(asked, names) : otherInput(asked, names);
  return 'fault' in wanted ? wanted.fault : {parameter, optional: isOptional, ...wanted};
}

type Wanted = Pick<VariableInput, 'kind' | 'name'> & {optional?: true};

function otherInput(asked: Exclude<Input, Variable<unknown>>, names: Names): Wanted | {fault: string} {
  if (asked?.kind === 'glob') return globName(asked, names);
  if (asked?.kind === 'param') return paramName(asked);
  if (asked?.kind === 'stored') return storedName(asked);
  const fields = asked?.kind === 'meta' ? metaFields : asked?.kind === 'mymdc' ? mymdcFields : undefined;
  if (!fields || (asked.kind !== 'meta' && asked.kind !== 'mymdc'))
    return {fault: 'is neither a variable nor glob(…), meta(…), mymdc(…), param(…), stored(…) or optional(…).'};
  if (fields.includes(asked.field)) return {kind: asked.kind, name: asked.field};
  const asks = asked.kind === 'mymdc' ? 'has an invalid MyMdC dependency: it asks' : 'asks';
  return {fault: `${asks} for ${asked.kind}('${asked.field}'); there are ${fields.join(', ')}.`};
}

function storedName({name}: Extract<Input, {kind: 'stored'}>): Wanted | {fault: string} {
  const isName = typeof name === 'string' && isVariableName(name);
  return isName ? {kind: 'var', name} : {fault: `asks for stored(${JSON.stringify(name)}); write the name of a variable.`};
}

function paramName({name, hasDefault}: Extract<Input, {kind: 'param'}>): Wanted | {fault: string} {
  if (typeof name !== 'string' || name === '') return {fault: 'asks for a parameter without name; write param(NAME).'};
  return {kind: 'param', name, ...(hasDefault ? {optional: true as const} : {})};
}

function variableName(asked: Variable<unknown>, names: Names): Wanted | {fault: string} {
  const name = names.nameOf(asked);
  if (name !== undefined) return {kind: 'var', name};
  if (ownerOf(asked))
    return {fault: 'is a variable of a group that has no name; write `export const` before the group, or give it a name.'};
  return {fault: 'is a variable without name; write `export const` before it, or let its group return it.'};
}

function globName({pattern, within}: Glob<unknown>, names: Names): Wanted | {fault: string} {
  if (within === undefined) return {kind: 'var', name: pattern};
  const link = missingLinkOf(within);
  const group = names.expanded.names.get((link?.facts ?? factsOf(within)) as never);
  if (group === undefined) return {fault: 'looks for variables in a group that has no name; write `export const` before the group.'};
  return {kind: 'var', name: link ? missingName(group, [...link.path, pattern]) : `${group}.${pattern}`};
}
