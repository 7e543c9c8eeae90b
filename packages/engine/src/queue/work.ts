import {selectVariables, stages} from '@firstlight/core';
import type {Graph, Language, Stage, Trigger} from '@firstlight/core';
import type {Contexts} from '../runner/contexts.ts';
import {startTimeName} from '../table.ts';
import type {Entry} from './entry.ts';

/** What one runner is asked for. */
export interface Work {
  readonly language: Language;
  readonly trigger: Trigger;
  /** Exact names, or null for all that the trigger selects. */
  readonly variables: readonly string[] | null;
  /** True: there is no other language, so the runner selects by itself and nothing is given to it. */
  readonly isAlone: boolean;
}

/** What a job asks of runners, one after the other: a single one does it all, unless its variables are of two languages. */
export function workOf(
  {trigger, variables, only}: Pick<Entry, 'trigger' | 'variables' | 'only'>,
  graph: Graph,
  contexts: Pick<Contexts, 'languages' | 'languageOf'>,
): readonly Work[] {
  const [language = 'python', ...others] = contexts.languages;
  const alone = [{language, trigger, variables, isAlone: others.length === 0}];
  if (others.length === 0) return alone;
  const selected = selectVariables(graph, {trigger, names: variables});
  const all = stages(graph, selected, (name) => contexts.languageOf(name));
  const asked = only && new Set(variables);
  const found = asked ? all.flatMap(({language, variables: names}) => wanted(language, names, asked)) : all;
  // Without variables the run is opened all the same, for its start time.
  const work = found.length === 0 ? [{language, variables: []}] : found;
  return work.map(({language, variables: names}, place) => ({
    language,
    variables: place === 0 && asked?.has(startTimeName) ? [startTimeName, ...names] : names,
    trigger: 'all',
    isAlone: false,
  }));
}

function wanted(language: Language, names: readonly string[], asked: ReadonlySet<string>): Stage[] {
  const variables = names.filter((name) => asked.has(name));
  return variables.length === 0 ? [] : [{language, variables}];
}
