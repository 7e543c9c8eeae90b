import {isGlob} from './fnmatch.ts';
import {buildGraph} from './graph.ts';
import type {DeclaredVariable} from './graph.ts';
import type {Language} from './stages.ts';
import type {DescribedEvent, Problem, VariableInfo} from './wire/runner.ts';

/** The contexts of a folder as one. */
export interface JoinedContexts {
  /** Language and file are those of the first; each variable of another has its own `file`. */
  readonly described: DescribedEvent;
  readonly languageOf: ReadonlyMap<string, Language>;
}

/**
 * Joins what the context files of a folder declare: names are unique over all, an input may be in any of them, and what needs processed data is known across.
 *
 * As long as one of the files has an error of its own, nothing is said of what is between them.
 */
export function joinContexts(contexts: readonly [DescribedEvent, ...DescribedEvent[]]): JoinedContexts {
  const [first] = contexts;
  const languageOf = new Map(contexts.flatMap(({language, variables}) => variables.map(({name}) => [name, language] as const)));
  if (contexts.length === 1) return {described: first, languageOf};
  const problems = contexts.flatMap((context) => context.problems);
  const placed = contexts.flatMap(({file, variables}) => variables.map((variable) => ({...variable, file: variable.file ?? file})));
  // A variable that needs raw data says so by default; only its own file knows whether it was written there.
  const graph = buildGraph(
    placed.map((variable): DeclaredVariable => ({...variable, data: variable.data === 'proc' ? 'proc' : null})),
    first.file,
  );
  const between = problems.some(({severity}) => severity === 'error')
    ? []
    : [...clashes(placed), ...graph.problems, ...transientAcross(placed, languageOf)];
  const described = {
    ...first,
    variables: [...graph.variables.values()].map((variable) => withoutFile(variable, first.file)),
    groups: contexts.flatMap(({groups}) => groups),
    problems: [...problems, ...between],
  };
  return {described, languageOf};
}

type Placed = VariableInfo & {readonly file: string};

const withoutFile = ({file, ...variable}: VariableInfo, own: string): VariableInfo =>
  file === own || file === undefined ? variable : {...variable, file};

const problemAt = ({file, line, column}: Placed, text: string): Problem => ({severity: 'error', text, file, line, column});

const placeOf = ({file, line}: Placed): string => (line === null ? file : `${file}:${line}`);

/** Each of two variables of one name points at the other. */
function clashes(variables: readonly Placed[]): Problem[] {
  const named = Map.groupBy(variables, ({name}) => name);
  return [...named.values()].flatMap(([one, another]) => {
    if (!one || !another) return [];
    const text = (where: Placed): string => `The name '${one.name}' is taken twice, here and at ${placeOf(where)}; rename one of the two.`;
    return [problemAt(one, text(another)), problemAt(another, text(one))];
  });
}

/** A value that is not stored cannot get to another process. */
function transientAcross(variables: readonly Placed[], languageOf: ReadonlyMap<string, Language>): Problem[] {
  const transient = new Set(variables.filter((variable) => variable.transient).map(({name}) => name));
  return variables.flatMap((variable) =>
    variable.inputs
      .filter(({kind, name}) => kind === 'var' && !isGlob(name) && transient.has(name))
      .filter(({name}) => languageOf.get(name) !== languageOf.get(variable.name))
      .map(({name}) =>
        problemAt(
          variable,
          `'${variable.name}' needs '${name}', which is transient and so only for variables of its own file; let it be stored.`,
        ),
      ),
  );
}
