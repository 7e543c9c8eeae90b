import {dirname} from 'node:path';
import {judge, staleness, whyText} from '@firstlight/core';
import type {Attributes, DescribedEvent, JudgedVariable, Judgement, RunId, Staleness, StalenessFacts} from '@firstlight/core';
import type {OriginColumns, ReaderProcess} from '@firstlight/store';
import {DeclaredFiles} from '../origin/declared-files.ts';
import {declaredPaths} from '../origin/request-origin.ts';
import {RunFileLists} from '../origin/run-files.ts';
import {runsOnDisk} from '../run-data.ts';
import {throwIfBroken} from '../runner/pool.ts';
import type {Contexts} from '../runner/contexts.ts';
import {missingCode} from '../table/column.ts';
import type {Table} from '../table.ts';

/** What a judgement of a folder's values needs. */
export interface FolderParts {
  readonly dir: string;
  readonly dataRoot: string;
  readonly reader: Pick<ReaderProcess, 'origins'>;
  readonly table: Table;
  readonly described: DescribedEvent;
  readonly contexts: Pick<Contexts, 'languageOf' | 'languages'>;
}

/** The values of some runs, judged. */
export interface JudgedFolder {
  readonly facts: StalenessFacts;
  readonly judgement: Judgement;
  readonly origins: OriginColumns;
}

/** Which cells are stale, missing, or nobody can tell; and why. */
export interface JudgedCell extends RunId {
  readonly name: string;
  readonly state: Exclude<Staleness, 'fresh' | 'absent'>;
  readonly why: readonly string[];
}

/**
 * Decides for all values of some runs whether they are what the context would give now.
 *
 * @param mock the runs have no data, so files do not count.
 * Throws `context-broken` when the context cannot be loaded.
 */
export async function judgeFolder(
  parts: FolderParts,
  runs: readonly RunId[],
  {mock = false}: {mock?: boolean} = {},
): Promise<JudgedFolder> {
  const {dir, dataRoot, reader, table, described} = parts;
  throwIfBroken(described);
  const [origins, files, dependsOn] = await Promise.all([
    reader.origins(dir),
    mock ? [] : new RunFileLists(dataRoot).ofAll(runs),
    new DeclaredFiles(dirname(described.file)).of(declaredPaths(described)),
  ]);
  const variables = variablesOf(parts);
  const rows = table.positionsOf(runs);
  const columns = variables.map(({name}) => table.column(name));
  const facts = {
    variables,
    runs,
    raw: runs.map((_, place) => files[place]?.raw.identity ?? null),
    proc: runs.map((_, place) => files[place]?.proc.identity ?? null),
    dependsOn,
    recorded: origins,
    hasValue: (run: number, variable: number): boolean => {
      const row = rows[run] ?? -1;
      const column = columns[variable];
      return row >= 0 && column !== undefined && column.stateAt(row) !== missingCode && !isGivenUp(column.attributesAt(row));
    },
  };
  return {facts, judgement: judge(facts), origins};
}

/** A failure of the job, not of the variable: nothing of it was computed. */
const isGivenUp = (attributes: Attributes | null): boolean => attributes?.error_cls === 'JobError' || attributes?.error_cls === 'Crashed';

function variablesOf({described, contexts}: FolderParts): JudgedVariable[] {
  const isShared = contexts.languages.length > 1;
  return described.variables.map(({name, data, transient, inputs, needs, code}) => ({
    name,
    data,
    transient,
    inputs,
    ...(needs && {needs}),
    ...(code && {code}),
    ...(isShared && {language: contexts.languageOf(name)}),
  }));
}

/** Lists the cells that are not fresh, run by run. */
export function* unfreshCells({facts: {runs, variables}, judgement}: Pick<JudgedFolder, 'facts' | 'judgement'>): Generator<JudgedCell> {
  for (const [run, {proposal, run: number}] of runs.entries()) {
    for (const [variable, {name}] of variables.entries()) {
      const state = staleness[judgement.states[run * variables.length + variable] as number];
      if (state === undefined || state === 'fresh' || state === 'absent') continue;
      yield {proposal, run: number, name, state, why: judgement.whyOf(run, variable).map(whyText)};
    }
  }
}

/** The runs of a table, and those that have data, in order. */
export async function everyRun(table: Table, dataRoot: string, proposals: readonly number[]): Promise<RunId[]> {
  const runs = [...table.runs(), ...(await runsOnDisk(dataRoot, proposals))];
  const all = new Map(runs.map(({proposal, run}) => [`${proposal}:${run}`, {proposal, run}]));
  return [...all.values()].sort((a, b) => a.proposal - b.proposal || a.run - b.run);
}
