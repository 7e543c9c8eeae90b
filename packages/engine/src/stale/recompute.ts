import {allDependencies, runFileName, staleness} from '@firstlight/core';
import type {ForeignValue, RunId} from '@firstlight/core';
import type {DataKind, ReaderProcess} from '@firstlight/store';
import {z} from 'zod';
import {graphOf} from '../board.ts';
import {parameterOf} from '../origin/parameters.ts';
import {judgeFolder} from './judge-folder.ts';
import type {FolderParts, JudgedFolder} from './judge-folder.ts';

/** What has to be computed of one run so that nothing of it is stale any more. */
export interface Recomputation {
  readonly run: RunId;
  /** Exact names; nothing else is stored. */
  readonly variables: readonly string[];
  /** Stored values that are inputs as they are. */
  readonly given: readonly ForeignValue[];
  /** What the parameters of these values were. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

interface Parts extends FolderParts {
  readonly reader: Pick<ReaderProcess, 'origins' | 'dataKinds'>;
}

interface Wish {
  readonly mock: boolean;
  /** Only these; undefined: all. */
  readonly variables: readonly string[] | undefined;
}

/** Finds what is stale or missing in some runs; runs in which nothing is are left out. */
export async function recomputationsOf(parts: Parts, runs: readonly RunId[], {mock, variables}: Wish): Promise<Recomputation[]> {
  const judged = await judgeFolder(parts, runs, {mock});
  const isWanted = (name: string): boolean => variables === undefined || variables.includes(name);
  const found: Recomputation[] = [];
  for (const [place, run] of runs.entries()) {
    const names = outdated(judged, place).filter(isWanted);
    if (names.length > 0) found.push(await recomputationOf(parts, judged, {run, place, names}));
  }
  return found;
}

function outdated({facts: {variables}, judgement}: JudgedFolder, place: number): string[] {
  return variables.flatMap(({name}, variable) => {
    const state = staleness[judgement.states[place * variables.length + variable] as number];
    return state === 'stale' || state === 'missing' ? [name] : [];
  });
}

async function recomputationOf(
  parts: Parts,
  {origins, facts, judgement}: JudgedFolder,
  {run, place, names}: {run: RunId; place: number; names: readonly string[]},
): Promise<Recomputation> {
  const needed = [...allDependencies(graphOf(parts.described), names)].filter((name) => !names.includes(name));
  const recorded = recordedOf(origins, run);
  const isUnknown = (name: string): boolean => {
    const variable = facts.variables.findIndex((each) => each.name === name);
    return staleness[judgement.states[place * facts.variables.length + variable] as number] === 'unknown';
  };
  const isForeign = (name: string): boolean =>
    isUnknown(name) ||
    (parts.contexts.languages.length > 1 && names.some((other) => parts.contexts.languageOf(other) !== parts.contexts.languageOf(name)));
  const given = needed.filter((name) => isForeign(name) && parts.table.cell(run, name).state !== 'missing');
  const kinds = given.length === 0 ? [] : await parts.reader.dataKinds(parts.dir, run);
  return {
    run,
    variables: names,
    given: given.map((name) => givenValue(parts, run, name, {kinds, identity: recorded.get(name)?.identity ?? null})),
    parameters: parametersOf([...needed, ...names].flatMap((name) => recorded.get(name)?.ingredients ?? [])),
  };
}

interface Recorded {
  readonly identity: string | null;
  readonly ingredients: string | null;
}

function recordedOf(origins: JudgedFolder['origins'], {proposal, run}: RunId): ReadonlyMap<string, Recorded> {
  const found = new Map<string, Recorded>();
  for (let row = 0; row < origins.length; row++) {
    if (origins.run[row] !== run || origins.proposal[row] !== proposal) continue;
    const name = origins.texts[origins.name[row] as number] as string;
    found.set(name, {identity: origins.identity[row] ?? null, ingredients: origins.ingredients[row] ?? null});
  }
  return found;
}

function givenValue(
  {table}: Pick<Parts, 'table'>,
  run: RunId,
  name: string,
  {kinds, identity}: {kinds: readonly DataKind[]; identity: string | null},
): ForeignValue {
  const {state, attributes, message} = table.cell(run, name);
  const hasData = state === 'ok' && kinds.some((kind) => kind.name === name);
  const isFailed = state === 'failed' || state === 'skipped';
  return {
    name,
    fragment: hasData ? runFileName(run) : null,
    error: isFailed ? {errorClass: attributes?.error_cls ?? 'Error', message: attributes?.error ?? message ?? ''} : null,
    identity,
    state: state === 'missing' ? 'none' : state,
  };
}

const ingredientsSchema = z.object({
  inputs: z.array(z.object({kind: z.string(), name: z.string(), state: z.string(), identity: z.string().nullable()})),
});

/** The values that parameters had, as far as they can be told; where two values had different ones, the later variable's. */
function parametersOf(ingredients: readonly string[]): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const text of ingredients) {
    for (const {kind, name, state, identity} of ingredientsSchema.parse(JSON.parse(text)).inputs) {
      const known = kind === 'param' && state === 'given' ? parameterOf(identity) : undefined;
      if (known) found[name] = known.value;
    }
  }
  return found;
}
