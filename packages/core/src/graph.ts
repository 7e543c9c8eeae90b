import {globExpression, isGlob} from './fnmatch.ts';
import {isMissingName, isVariableName} from './names.ts';
import {levelOrder} from './order.ts';
import type {Problem, VariableInfo, VariableInput} from './wire/runner.ts';

/** A variable as it is written, before promotion: `data` is null where the file does not say. */
export type DeclaredVariable = Omit<VariableInfo, 'data'> & {readonly data: 'raw' | 'proc' | null};

/** The variables of a context, what each of them needs, and the order they run in. */
export interface Graph {
  /** In the order of the file, after promotion. */
  readonly variables: ReadonlyMap<string, VariableInfo>;
  /** The variables that each needs directly, in the order of its inputs, each once. */
  readonly dependencies: ReadonlyMap<string, readonly string[]>;
  /** Dependencies first, level by level; variables in or behind a cycle are left out. */
  readonly order: readonly string[];
  readonly problems: readonly Problem[];
}

/** The variables that an input means: one by name, all that match by glob. */
export function matchesOf(input: Pick<VariableInput, 'name'>, names: Iterable<string>): string[] {
  if (!isGlob(input.name)) return [...names].filter((name) => name === input.name);
  const expression = globExpression(input.name);
  return [...names].filter((name) => expression.test(name));
}

/**
 * Builds the graph of a context and finds everything that is wrong with it.
 *
 * A variable that does not say which data it needs takes `proc` from any dependency, direct or not; `cluster` spreads the same way.
 *
 * @param file the context file, for the problems.
 * @param options `isShared`: inputs that are not here may be in a context of another language, and are no problem.
 */
export function buildGraph(declared: readonly DeclaredVariable[], file = 'context', {isShared = false}: {isShared?: boolean} = {}): Graph {
  const written = new Map(declared.map((variable) => [variable.name, variable]));
  const dependencies = new Map([...written].map(([name, variable]) => [name, directDependencies(variable, written)]));
  const {order, cycle} = levelOrder(dependencies);
  const variables = promote(written, dependencies, order);
  const problem = (variable: DeclaredVariable | undefined, text: string): Problem => ({
    severity: 'error',
    text,
    file: variable?.file ?? file,
    line: variable?.line ?? null,
    column: variable?.column ?? null,
  });
  const problems = [
    ...[...written.values()].flatMap((variable) => faultsOf(variable, written, isShared).map((text) => problem(variable, text))),
    ...(cycle ? [problem(written.get(cycle[0] as string), cycleText(cycle))] : []),
    ...rawOnProc({variables, dependencies}).map(({name, text}) => problem(written.get(name), text)),
    ...duplicateTitles(declared).map(({variable, text}) => problem(variable, text)),
  ];
  return {variables, dependencies, order, problems};
}

const variableInputs = (variable: DeclaredVariable): VariableInput[] => variable.inputs.filter((input) => input.kind === 'var');

function directDependencies(variable: DeclaredVariable, written: ReadonlyMap<string, DeclaredVariable>): string[] {
  return [...new Set(variableInputs(variable).flatMap((input) => matchesOf(input, written.keys())))];
}

function promote(
  written: ReadonlyMap<string, DeclaredVariable>,
  dependencies: ReadonlyMap<string, readonly string[]>,
  order: readonly string[],
): Map<string, VariableInfo> {
  const promoted = new Map<string, VariableInfo>();
  for (const name of order) {
    const variable = written.get(name) as DeclaredVariable;
    const below = (dependencies.get(name) ?? []).map((dependency) => promoted.get(dependency) as VariableInfo);
    promoted.set(name, {
      ...variable,
      data: variable.data ?? (below.some((dependency) => dependency.data === 'proc') ? 'proc' : 'raw'),
      cluster: variable.cluster || below.some((dependency) => dependency.cluster),
    });
  }
  return new Map([...written].map(([name, variable]) => [name, promoted.get(name) ?? {...variable, data: variable.data ?? 'raw'}]));
}

/** All variables that the given ones need, directly or not; without themselves, unless they need each other. */
export function allDependencies({dependencies}: Pick<Graph, 'dependencies'>, names: Iterable<string>): Set<string> {
  const found = new Set<string>();
  const waiting = [...names].flatMap((name) => dependencies.get(name) ?? []);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    waiting.push(...(dependencies.get(name) ?? []));
  }
  return found;
}

function faultsOf(variable: DeclaredVariable, written: ReadonlyMap<string, DeclaredVariable>, isShared: boolean): string[] {
  const missing = variableInputs(variable).filter(
    (input) => !isShared && !isMissingName(input.name) && matchesOf(input, written.keys()).length === 0,
  );
  return [
    ...(isVariableName(variable.name) ? [] : [`'${variable.name}' is not a valid Python identifier, so it cannot name a variable.`]),
    ...(variable.tags.includes('') ? [`A tag of ${variable.name} is empty; it must be a non-empty string.`] : []),
    ...(variable.units === '' ? [`The units of ${variable.name} are empty; they must be a non-empty string, or left out.`] : []),
    ...missing.map((input) => `Missing dependency: '${input.name}' for '${variable.name}'; no variable of this file is called so.`),
  ];
}

const cycleText = (cycle: readonly string[]): string =>
  `These variables have cyclical dependencies: ${cycle.join(' needs ')}. Remove one of these inputs.`;

function rawOnProc(graph: Pick<Graph, 'variables' | 'dependencies'>): {name: string; text: string}[] {
  return [...graph.variables.values()].flatMap(({name, data}) => {
    if (data === 'proc') return [];
    const proc = [...allDependencies(graph, [name])].filter((dependency) => graph.variables.get(dependency)?.data === 'proc');
    if (proc.length === 0) return [];
    return [
      {
        name,
        text: `Variable ${name} runs on raw data (data: 'raw'), but needs variables of processed data: ${proc.sort().join(', ')}. Remove data: 'raw' or make it 'proc'.`,
      },
    ];
  });
}

function duplicateTitles(declared: readonly DeclaredVariable[]): {variable: DeclaredVariable; text: string}[] {
  const byTitle = Map.groupBy(new Map(declared.map((variable) => [variable.name, variable])).values(), ({title}) => title);
  return [...byTitle].flatMap(([title, sharers]) => {
    if (sharers.length < 2) return [];
    const names = sharers.map(({name}) => name).join(', ');
    return [
      {variable: sharers[1] as DeclaredVariable, text: `These variables have duplicate titles between them: ${names} (all '${title}').`},
    ];
  });
}
