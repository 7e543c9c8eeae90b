import type {Problem, VariableInput} from '@firstlight/core';
import {z} from 'zod';
import type {Input} from '../../inputs.ts';
import {positionIn} from '../../position.ts';
import {summaryNames} from '../../summary-names.ts';
import {isVariable} from '../../variable.ts';
import type {Variable} from '../../variable.ts';
import type {declaredVariable} from '../messages.ts';

type Declared = z.infer<typeof declaredVariable>;

/** A context's variables by name, in the order of the file, and what they declare. */
export interface Description {
  readonly named: ReadonlyMap<string, Variable<unknown>>;
  readonly variables: readonly Declared[];
  readonly problems: readonly Problem[];
}

const text = z.string({error: 'must be a string'});
const options = z
  .strictObject({
    title: text.optional(),
    description: text.optional(),
    summary: z.enum(summaryNames, {error: `must be one of ${summaryNames.join(', ')}`}).optional(),
    data: z.enum(['raw', 'proc'], {error: "must be 'raw' or 'proc'"}).optional(),
    cluster: z.boolean({error: 'must be true or false'}).optional(),
    tags: z.union([text, z.array(text)], {error: 'must be a string or a list of strings'}).optional(),
    units: text.optional(),
    transient: z.boolean({error: 'must be true or false'}).optional(),
    inputs: z.record(z.string(), z.unknown(), {error: 'must be an object: {name: variable}'}).optional(),
  })
  .partial();

const metaFields = ['run_number', 'proposal', 'proposal_path'];

/** Finds the variables that a module exports. */
export function describe(module: Readonly<Record<string, unknown>>, file: string): Description {
  const exported = Object.entries(module)
    .filter((entry): entry is [string, Variable<unknown>] => isVariable(entry[1]))
    .sort(([, a], [, b]) => a.index - b.index);
  const names = new Map<Variable<unknown>, string>();
  const problems: Problem[] = [];
  const complain = (variable: Variable<unknown>, said: string) => problems.push(problemAt(variable, file, said));
  for (const [name, variable] of exported) {
    const known = names.get(variable);
    if (known !== undefined)
      complain(variable, `One variable is exported twice, as ${known} and ${name}; give the second a function of its own.`);
    else if (name === 'default')
      complain(variable, 'The default export cannot be a variable, since it has no name; write `export const NAME = variable(…)`.');
    else names.set(variable, name);
  }
  const named = new Map([...names].map(([variable, name]) => [name, variable]));
  const variables = [...named].map(([name, variable]) => declare(name, variable, names, (said) => complain(variable, said)));
  return {named, variables, problems};
}

const problemAt = ({position}: Variable<unknown>, file: string, said: string): Problem => ({
  severity: 'error',
  text: said,
  file: position?.file ?? file,
  line: position?.line ?? null,
  column: position?.column ?? null,
});

function declare(
  name: string,
  variable: Variable<unknown>,
  names: ReadonlyMap<Variable<unknown>, string>,
  complain: (said: string) => void,
): Declared {
  const parsed = options.safeParse(variable.options);
  for (const issue of parsed.error?.issues ?? []) complain(optionText(name, issue));
  const said = parsed.data ?? {};
  const inputs = Object.entries((said.inputs ?? {}) as Record<string, Input>).flatMap(([parameter, input]) => {
    const described = describeInput(parameter, input, names);
    if (typeof described !== 'string') return [described];
    complain(`The input ${parameter} of ${name} ${described}`);
    return [];
  });
  return {
    name,
    title: said.title ?? name,
    description: said.description ?? null,
    tags: typeof said.tags === 'string' ? [said.tags] : (said.tags ?? []),
    summary: said.summary ?? null,
    data: said.data ?? null,
    cluster: said.cluster ?? false,
    transient: said.transient ?? false,
    units: said.units ?? null,
    inputs,
    line: variable.position?.line ?? null,
    column: variable.position?.column ?? null,
  };
}

function optionText(name: string, issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `Variable ${name} has an option nobody knows: ${issue.keys.join(', ')}.`;
  return `The option ${issue.path.join('.')} of variable ${name} ${issue.message}.`;
}

/** What an input asks for, or what is wrong with it. */
function describeInput(parameter: string, input: Input, names: ReadonlyMap<Variable<unknown>, string>): VariableInput | string {
  if (parameter === 'run') return 'cannot be called run, since that is the run itself; choose another name.';
  const isOptional = typeof input === 'object' && input !== null && input.kind === 'optional';
  const asked = isOptional ? input.of : input;
  const common = {parameter, optional: isOptional};
  if (isVariable(asked)) {
    const name = names.get(asked);
    if (name === undefined) return 'is a variable without name; write `export const` before it.';
    return {...common, kind: 'var', name};
  }
  if (asked?.kind === 'glob') return {...common, kind: 'var', name: asked.pattern};
  if (asked?.kind !== 'meta') return 'is neither a variable nor glob(…), meta(…) or optional(…).';
  if (!metaFields.includes(asked.field)) return `asks for meta('${asked.field}'); there are ${metaFields.join(', ')}.`;
  return {...common, kind: 'meta', name: asked.field};
}

/** An error thrown while the file was loaded, with its place in the user's files. */
export function loadProblem(thrown: unknown, file: string, folder: string): Problem {
  const said = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  const lines = thrown instanceof Error ? (thrown.stack ?? '').split('\n') : [];
  const position = lines.map(positionIn).find((place) => place?.file.startsWith(folder) && !place.file.includes('/node_modules/'));
  return {severity: 'error', text: said, file: position?.file ?? file, line: position?.line ?? null, column: position?.column ?? null};
}
