import {allDependencies} from './graph.ts';
import type {Graph} from './graph.ts';
import type {Trigger} from './model.ts';

export interface Selection {
  /** `all` selects variables of raw and processed data. */
  readonly trigger: Trigger;
  /** True: only variables for the cluster, false: only others, null: both. */
  readonly cluster?: boolean | null;
  /** Exact names, or null for all. */
  readonly names?: readonly string[] | null;
}

/**
 * The variables a job runs, in order: those that its trigger, cluster flag and names select together, and everything they need, whatever it is.
 *
 * @example
 * selectVariables(graph, {trigger: 'proc'}); // also the raw variables that variables of processed data need
 */
export function selectVariables(graph: Graph, {trigger, cluster = null, names = null}: Selection): string[] {
  const wanted = [...graph.variables.values()].filter(
    (variable) =>
      (trigger === 'all' || variable.data === trigger) &&
      (cluster === null || variable.cluster === cluster) &&
      (names === null || names.includes(variable.name)),
  );
  return withDependencies(
    graph,
    wanted.map(({name}) => name),
  );
}

/** The given variables and all they need, in the order they run. */
export function withDependencies(graph: Graph, names: readonly string[]): string[] {
  const needed = allDependencies(graph, names).union(new Set(names));
  return graph.order.filter((name) => needed.has(name));
}

/** What is left of a selection when a run has no processed data. */
export const withoutProc = (graph: Graph, selected: readonly string[]): string[] =>
  selected.filter((name) => graph.variables.get(name)?.data === 'raw');
