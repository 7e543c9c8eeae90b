import {dirname} from 'node:path';
import {buildGraph} from '@firstlight/core';
import type {DescribedEvent, Graph, GroupInfo, Problem} from '@firstlight/core';
import {isMissingName} from '../group/missing.ts';
import {bundle} from './bundle.ts';
import type {Bundle} from './bundle.ts';
import {watchFiles} from './freshness.ts';
import {identify} from './identity/identify.ts';
import type {Made} from './identity/identify.ts';
import {environmentOf} from './identity/environment.ts';
import {Pool} from './pool.ts';
import {annotate} from './source/annotate.ts';
import {checkTypes} from './types/check.ts';
import type {TypeSettings} from './types/check.ts';
import {WorkerEnded} from './worker.ts';
import type {WorkerOptions} from './worker.ts';

/** A version of a context file: what it declares, and processes that have it loaded. */
export interface LoadedContext extends Disposable {
  readonly description: Omit<DescribedEvent, 'id'>;
  readonly graph: Graph;
  /** Undefined if the file cannot be built. */
  readonly pool: Pool | undefined;
  /** Whether the folder has a context in another language, too. */
  readonly isShared: boolean;
  /** False when one of the files it was made from has changed, or when something is wrong with it. */
  isCurrent(): boolean;
}

export interface LoadSettings extends Omit<TypeSettings, 'environment'> {
  readonly environment: WorkerOptions['environment'];
  readonly heapMb: number;
  /** How long loading a context may take. */
  readonly loadSeconds: number;
}

/** Builds a context file and has a process of its own load it, while the compiler checks its types. */
export async function loadContext(
  file: string,
  settings: LoadSettings,
  {isShared = false}: {isShared?: boolean} = {},
): Promise<LoadedContext> {
  const began = Date.now();
  const checking = checkTypes(file, settings);
  const built = await bundle(file, settings.cacheFolder);
  const {description, graph, pool} = await loadBundle(file, built, settings, isShared);
  const types = await checking;
  const areSame = watchFiles(new Set([...built.inputs, ...types.files]), began);
  const problems = together(description.problems, types.problems);
  return {
    description: {...description, problems},
    graph,
    pool,
    isShared,
    // What is wrong may be a file that is not there, whose coming none of these would tell.
    isCurrent: () => problems.every(({severity}) => severity === 'warning') && areSame(),
    [Symbol.dispose]: () => pool?.[Symbol.dispose](),
  };
}

/** All problems, one for each line: of a `TypeError` that wrong types have led to, the compiler tells the cause; of all else, whoever refused it. */
function together(known: readonly Problem[], types: readonly Problem[]): Problem[] {
  const typed = errorPlaces(types);
  const told = known.filter((problem) => !problem.text.startsWith('TypeError: ') || !typed.has(placeOf(problem)));
  const places = errorPlaces(told);
  return [...told, ...types.filter((problem) => problem.severity === 'warning' || !places.has(placeOf(problem)))];
}

const placeOf = ({file, line}: Problem): string => `${file}:${line}`;

const errorPlaces = (problems: readonly Problem[]): ReadonlySet<string> =>
  new Set(problems.filter(({severity}) => severity === 'error').map(placeOf));

type Loaded = Pick<LoadedContext, 'description' | 'graph' | 'pool'>;

async function loadBundle(
  file: string,
  built: Bundle,
  {environment, heapMb, loadSeconds}: LoadSettings,
  isShared: boolean,
): Promise<Loaded> {
  if (built.path === undefined) return loaded(file, buildGraph([], file), built.problems, undefined);
  const pool = new Pool({bundle: built.path, context: file, folder: dirname(file), environment, heapMb});
  const worker = pool.take();
  const timer = setTimeout(() => worker.kill(), loadSeconds * 1000);
  try {
    const {variables, groups, problems, made} = await worker.loaded;
    const graph = buildGraph(annotate(variables, file), file, {isShared});
    pool.keep(worker, {heapMb: Math.max(heapMb, ...[...graph.variables.values()].map(({needs}) => (needs?.memoryBytes ?? 0) / 1e6))});
    const all = [...built.problems, ...problems, ...graph.problems];
    return withCode(loaded(file, graph, all, pool, groups), built, new Map(Object.entries(made)));
  } catch (error) {
    if (!(error instanceof WorkerEnded)) throw error;
    const text = `While the context file was loaded (for at most ${loadSeconds} s), ${error.message}.`;
    return loaded(file, buildGraph([], file), [...built.problems, {severity: 'error', text, file, line: null, column: null}], pool);
  } finally {
    clearTimeout(timer);
  }
}

/** Adds what its values are made by to a context that can run. */
function withCode(context: Loaded, {inputs, imports, packages}: Bundle, made: ReadonlyMap<string, Made>): Loaded {
  const {description} = context;
  if (description.problems.some(({severity}) => severity === 'error')) return context;
  const known = {context: description.file, files: inputs, imports, variables: description.variables, made};
  const {codes, version, problem} = identify(known);
  const variables = description.variables.map((variable) => ({...variable, code: codes.get(variable.name)}));
  const problems = [...description.problems, ...(problem ? [problem] : [])];
  return {...context, description: {...description, variables, problems, context: version, environment: environmentOf(packages)}};
}

function loaded(file: string, graph: Graph, problems: readonly Problem[], pool: Pool | undefined, groups: GroupInfo[] = []): Loaded {
  return {
    description: {
      type: 'described',
      language: 'typescript',
      file,
      variables: [...graph.variables.values()].filter(({name}) => !isMissingName(name)),
      groups,
      problems: [...problems],
    },
    graph,
    pool,
  };
}
