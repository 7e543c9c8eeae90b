import type {GroupInfo, Problem} from '@firstlight/core';
import {z} from 'zod';
import {ownerOf} from '../../group/instance.ts';
import {missingLinkOf} from '../../group/missing.ts';
import type {Glob, Input} from '../../inputs.ts';
import {needsSchema} from '../../needs.ts';
import {positionIn} from '../../position.ts';
import type {Position} from '../../position.ts';
import {summaryNames} from '../../summary-names.ts';
import {isVariable, Variable} from '../../variable.ts';
import type {Answer, declaredVariable} from '../messages.ts';
import {failureOf} from './failures.ts';
import {describeInput} from './inputs.ts';
import {namesOf, problemAt} from './names.ts';
import type {Names} from './names.ts';

type Declared = z.infer<typeof declaredVariable>;

/** A context's variables by name, in the order of the file, and what they declare. */
export interface Description {
  readonly named: ReadonlyMap<string, Variable<unknown>>;
  readonly variables: readonly Declared[];
  readonly groups: readonly GroupInfo[];
  readonly problems: readonly Problem[];
  /** Where each variable came from. */
  readonly made: Readonly<Record<string, Made>>;
}

type Made = Extract<Answer, {type: 'loaded'}>['made'][string];

const text = z.string({error: 'must be a string'});
const options = z
  .strictObject({
    title: text.optional(),
    description: text.optional(),
    summary: z
      .union([z.enum(summaryNames), z.custom<() => unknown>((value) => typeof value === 'function')], {
        error: `must be one of ${summaryNames.join(', ')}, or a function`,
      })
      .optional(),
    data: z.enum(['raw', 'proc'], {error: "must be 'raw' or 'proc'"}).optional(),
    cluster: z.boolean({error: 'must be true or false'}).optional(),
    tags: z.union([text, z.array(text)], {error: 'must be a non-empty string or a list of such'}).optional(),
    units: z.string({error: 'must be a non-empty string'}).optional(),
    transient: z.boolean({error: 'must be true or false'}).optional(),
    needs: needsSchema.optional(),
    inputs: z.record(z.string(), z.unknown(), {error: 'must be an object: {name: variable}'}).optional(),
  })
  .partial();

/** A variable with its name and what its group adds. */
interface Named {
  readonly name: string;
  readonly variable: Variable<unknown>;
  readonly titlePrefix?: string;
  readonly attribute?: string;
  readonly tags?: readonly string[];
}

/** Finds the variables and groups that a module exports. */
export function describe(module: Readonly<Record<string, unknown>>, file: string): Description {
  const names = namesOf(module, file);
  const problems: Problem[] = [...names.problems];
  const found: Named[] = [...[...names.plain].map(([name, variable]) => ({name, variable})), ...names.expanded.members];
  const declared = found.map((each) =>
    declare(each, {names, file, complain: (said) => problems.push(problemAt(each.variable.position, file, said))}),
  );
  const stands = missingVariables(declared, found);
  const named = new Map([...found, ...stands].map(({name, variable}) => [name, variable]));
  const variables = [...declared, ...stands.map((each) => declare(each, {names, file, complain: () => undefined}))];
  return {
    named,
    variables,
    groups: names.expanded.groups.map(groupInfo),
    problems,
    made: Object.fromEntries(found.map(({name, variable}) => [name, madeOf(variable, names.expanded)])),
  };
}

/** A variable's own place, then those of its group and of the groups that hold it. */
function madeOf(variable: Variable<unknown>, {groups}: Names['expanded']): Made {
  const around = new Set([ownerOf(variable)?.facts].filter((facts) => facts !== undefined));
  for (const inner of around) for (const {facts} of groups) if ([...facts.held.values()].includes(inner)) around.add(facts); // grows on the way
  const places = [variable.position, ...[...around].map(({position}) => position)];
  return {places: places.filter((place) => place !== undefined), given: [...around].map(({given}) => given).join('\n')};
}

const groupInfo = ({name, title, facts}: Names['expanded']['groups'][number]): GroupInfo => ({
  name,
  title,
  ...lineAndColumn(facts.position),
});

const lineAndColumn = (position: Position | undefined): {line: number | null; column: number | null} => ({
  line: position?.line ?? null,
  column: position?.column ?? null,
});

/** For each thing behind a link that is not there, a variable that never has a value. */
function missingVariables(declared: readonly Declared[], found: readonly Named[]): Named[] {
  const stands = new Map<string, Variable<unknown>>();
  for (const {name, inputs} of declared) {
    const given = found.find((each) => each.name === name)?.variable.options.inputs ?? {};
    for (const input of inputs) {
      if (input.kind !== 'var' || !input.name.includes('.__missing__.')) continue;
      stands.set(input.name, new Variable({transient: true}, () => null, standInPosition(given[input.parameter] as Input)));
    }
  }
  return [...stands].map(([name, variable]) => ({name, variable}));
}

/** Where the group with the missing link is. */
function standInPosition(input: Input): Position | undefined {
  const asked = !isVariable(input) && input.kind === 'optional' ? input.of : input;
  return missingLinkOf(isVariable(asked) ? asked : (asked as Glob<unknown>).within)?.facts.position;
}

interface Surroundings {
  readonly names: Names;
  readonly file: string;
  readonly complain: (said: string) => void;
}

function declare({name, variable, titlePrefix = '', attribute, tags}: Named, {names, file, complain}: Surroundings): Declared {
  const parsed = options.safeParse(variable.options);
  for (const issue of parsed.error?.issues ?? []) complain(optionText(name, issue));
  const said = parsed.data ?? {};
  const inputs = Object.entries((said.inputs ?? {}) as Record<string, Input>).flatMap(([parameter, input]) => {
    const described = describeInput(parameter, input, names);
    if (typeof described !== 'string') return [described];
    complain(`The input ${parameter} of ${name} ${described}`);
    return [];
  });
  const own = [said.tags ?? []].flat();
  const {position} = variable;
  return {
    name,
    title: `${titlePrefix}${said.title ?? attribute ?? name}`,
    description: said.description ?? null,
    tags: tags ? [...new Set([...tags, ...own])].sort() : own,
    summary: typeof said.summary === 'function' ? 'function' : (said.summary ?? null),
    data: said.data ?? null,
    cluster: said.cluster ?? false,
    transient: said.transient ?? false,
    units: said.units ?? null,
    inputs,
    ...(said.needs ? {needs: said.needs} : {}),
    ...(position && position.file !== file ? {file: position.file} : {}),
    ...lineAndColumn(position),
  };
}

function optionText(name: string, issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys')
    return `Variable ${name} has an option nobody knows: ${[...issue.path, ''].join('.')}${issue.keys.join(', ')}.`;
  return `The option ${issue.path.join('.')} of variable ${name} ${lowerFirst(issue.message)}.`;
}

const lowerFirst = (said: string): string => (said.startsWith('must') ? said : `is not right: ${said}`);

/** An error thrown while the file was loaded, with its place in the user's files. */
export function loadProblem(thrown: unknown, file: string, folder: string): Problem {
  const {errorClass, message} = failureOf(thrown);
  const said = thrown instanceof Error ? `${errorClass}: ${message}` : String(thrown);
  const lines = thrown instanceof Error ? (thrown.stack ?? '').split('\n') : [];
  const position = lines.map(positionIn).find((place) => place?.file.startsWith(folder) && !place.file.includes('/node_modules/'));
  return {severity: 'error', text: said, file: position?.file ?? file, line: position?.line ?? null, column: position?.column ?? null};
}
