import {allDependencies} from './graph.ts';
import type {Graph} from './graph.ts';
import type {DescribedEvent} from './wire/runner.ts';

/** The languages a context can be written in. */
export type Language = DescribedEvent['language'];

/** Variables of one language that can be computed once the stages before are done. */
export interface Stage {
  readonly language: Language;
  /** In the order they run. */
  readonly variables: readonly string[];
}

/**
 * Cuts variables of two languages into stages, as few as possible: all of one language that needs nothing of the other, then all of the other that can be
 * computed by then, and so on.
 *
 * @param selected in the order they run, with everything they need.
 */
export function stages(graph: Pick<Graph, 'dependencies'>, selected: readonly string[], languageOf: (name: string) => Language): Stage[] {
  const beginnings = [...new Set(selected.map(languageOf))];
  const ways = beginnings.map((first) => stagesFrom(first, graph, selected, languageOf));
  return ways.reduce((best, way) => (way.length < best.length ? way : best), ways[0] ?? []);
}

function stagesFrom(
  first: Language,
  {dependencies}: Pick<Graph, 'dependencies'>,
  selected: readonly string[],
  languageOf: (name: string) => Language,
): Stage[] {
  const found: Stage[] = [];
  const waiting = new Set(selected);
  for (let language = first; waiting.size > 0; language = other(language)) {
    const variables: string[] = [];
    for (const name of selected) {
      const needed = dependencies.get(name) ?? [];
      if (!waiting.has(name) || languageOf(name) !== language || needed.some((dependency) => waiting.has(dependency))) continue;
      waiting.delete(name);
      variables.push(name);
    }
    if (variables.length > 0) found.push({language, variables});
  }
  return found;
}

const other = (language: Language): Language => (language === 'python' ? 'typescript' : 'python');

/** What is left of a graph for a runner that is given some values: they are no variables any more, and nobody needs what only they needed. */
export function withoutGiven(graph: Graph, given: ReadonlySet<string>): Graph {
  const left = (names: readonly string[]): string[] => names.filter((name) => !given.has(name));
  return {
    variables: new Map([...graph.variables].filter(([name]) => !given.has(name))),
    dependencies: new Map([...graph.dependencies].flatMap(([name, needed]) => (given.has(name) ? [] : [[name, left(needed)] as const]))),
    order: left(graph.order),
    problems: graph.problems,
  };
}

/** The variables whose values a stage gets from those before: all it needs that is stored, however far away. */
export const givenTo = (graph: Graph, {variables}: Stage): string[] =>
  [...allDependencies(graph, variables)].filter((name) => !variables.includes(name) && graph.variables.get(name)?.transient === false);
