import {randomUUID} from 'node:crypto';
import {FirstlightError} from '@firstlight/core';
import type {DescribedEvent, JobEvent, RunId} from '@firstlight/core';
import type {ReaderProcess} from '@firstlight/store';
import {isDiskFull} from './disk.ts';
import type {ProcessRequest} from './request.ts';
import {entryOf} from './queue/entry.ts';
import type {Entry} from './queue/entry.ts';
import type {Inbox} from './queue/inbox.ts';
import type {JobHub, JobListeners} from './queue/job-hub.ts';
import type {Scheduler} from './queue/scheduler.ts';
import {errorOf} from './runner/context-file.ts';
import type {RunJobParts} from './queue/run-job.ts';
import type {Contexts} from './runner/contexts.ts';
import {refuseMissing} from './refuse-missing.ts';
import {runCheck, runsOnDisk} from './run-data.ts';
import {recomputationsOf} from './stale/recompute.ts';
import {isAborted} from './signals.ts';
import {Tally} from './tally.ts';
import {startTimeName} from './table.ts';
import type {Table} from './table.ts';
import {tryOut} from './trial.ts';

export interface RequestParts {
  readonly dataRoot: string;
  readonly proposals: readonly number[];
  readonly table: Table;
  readonly inbox: Inbox;
  readonly hub: JobHub;
  readonly scheduler: Scheduler;
  readonly described: DescribedEvent;
  readonly dir: string;
  readonly reader: ReaderProcess;
  readonly contexts: Contexts;
  readonly runJob: Omit<RunJobParts, 'folder'>;
}

/** Queues what someone asks for and tells what happens to it; see `Experiment.process`. */
export async function* processRequest(
  parts: RequestParts,
  request: ProcessRequest,
  signal?: AbortSignal,
): AsyncGenerator<JobEvent, void, undefined> {
  checkRequest(parts, request);
  const entries = await entriesOf(parts, request);
  yield* request.trial ? tryOut(parts, entries, request, signal) : queueAndTell(parts, entries, request, signal);
}

async function* queueAndTell(
  parts: RequestParts,
  entries: readonly Entry[],
  {inspect = false}: ProcessRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<JobEvent, void, undefined> {
  const began = performance.now();
  const tally = new Tally();
  using listeners = parts.hub.listen();
  const {refused, accepted} = await refuseMissing(parts, entries);
  for (const event of refused) yield event;
  const own = await queue(parts, accepted, listeners, tally, inspect);
  while (tally.open > 0 && !isAborted(signal)) {
    for (const event of await listeners.take(signal)) {
      tally.count(event);
      yield event;
    }
  }
  if (isAborted(signal)) await cancelAll(parts, own);
  else yield {event: 'finished', runs: entries.length, values: tally.values(), seconds: (performance.now() - began) / 1000};
}

function checkRequest({described, contexts}: RequestParts, {variables, inspect}: ProcessRequest): void {
  if (inspect && !contexts.languages.includes('typescript')) {
    const sentence = `There is no context in TypeScript to inspect; for one in Python run \`python -m firstlight.run ${described.file} --run N --proposal N\`.`;
    throw new FirstlightError('nothing-to-inspect', sentence);
  }
  checkVariables(described, variables);
}

function checkVariables(described: DescribedEvent, names: readonly string[] | undefined): void {
  if (errorOf(described)) return; // What it declares is not known; the jobs wait for it, and say so.
  const known = new Set(described.variables.map(({name}) => name));
  const unknown = names?.find((name) => !known.has(name));
  if (unknown === undefined) return;
  const sentence = `There is no variable "${unknown}" in ${described.file}; \`firstlight context describe\` lists those there are.`;
  throw new FirstlightError('no-such-variable', sentence, {facts: {name: unknown}});
}

async function entriesOf(parts: RequestParts, request: ProcessRequest): Promise<Entry[]> {
  const {trigger = 'all', variables = null, mock = false, parameters, parallel, cold} = request;
  const how = {...(parameters && {parameters}), ...(parallel !== undefined && {parallel}), ...(cold && {cold})};
  const runs = request.runs === 'all' ? await allRuns(parts, mock, request.proposal) : request.runs;
  const signature = `request ${randomUUID()}`;
  const requestedAt = Date.now();
  if (request.stale) return staleEntries(parts, request, runs, {signature, requestedAt, ...how});
  const entries = runs.map(({proposal, run}) =>
    entryOf({proposal, run, trigger, variables: variables && [...variables], mock, signature, by: 'user', requestedAt, ...how}),
  );
  return [...new Map(entries.map((entry) => [entry.key, entry])).values()];
}

/** Exactly what is stale or missing of some runs; of one that is nowhere an entry that will be refused. */
async function staleEntries(
  parts: RequestParts,
  {mock = false, variables, parameters}: ProcessRequest,
  runs: readonly RunId[],
  how: Pick<Entry, 'signature' | 'requestedAt' | 'parallel' | 'cold'>,
): Promise<Entry[]> {
  const found = await recomputationsOf(parts, runs, {mock, variables});
  const nowhere = mock ? [] : await runsNowhere(parts, runs);
  const refused = nowhere.map((run) => entryOf({...how, ...run, trigger: 'all', variables: null, mock, by: 'user'}));
  const outdated = found.map(({run, variables: names, given, parameters: recorded}) =>
    entryOf({
      ...how,
      ...run,
      trigger: 'all',
      // The official API hides a run whose start nobody knows.
      variables: hasStartTime(parts, run) ? [...names] : [startTimeName, ...names],
      mock,
      by: 'user',
      parameters: {...recorded, ...parameters},
      only: {given: [...given]},
    }),
  );
  return [...refused, ...outdated];
}

/** Runs that are neither in the table nor on disk. */
async function runsNowhere({table, dataRoot}: RequestParts, runs: readonly RunId[]): Promise<RunId[]> {
  const whyNoRun = runCheck(dataRoot);
  const nowhere: RunId[] = [];
  for (const run of runs) if (!table.row(run) && (await whyNoRun(run)) !== undefined) nowhere.push(run);
  return nowhere;
}

const hasStartTime = ({table}: RequestParts, run: RunId): boolean => typeof table.row(run)?.startTime === 'number';

async function allRuns({table, dataRoot, proposals}: RequestParts, mock: boolean, only: number | undefined): Promise<RunId[]> {
  const known = table.runs().flatMap(({proposal, run}) => (proposal === (only ?? proposal) ? {proposal, run} : []));
  const onDisk = mock ? known : await runsOnDisk(dataRoot, only === undefined ? proposals : [only]);
  if (only !== undefined && known.length + onDisk.length === 0) throw noRunsOf(only, dataRoot);
  if (mock) return known;
  const all = new Map(onDisk.map((run) => [`${run.proposal}:${run.run}`, run]));
  return [...all.values()].sort((a, b) => a.proposal - b.proposal || a.run - b.run);
}

const noRunsOf = (proposal: number, dataRoot: string): FirstlightError =>
  new FirstlightError(
    'no-such-run',
    `There are no runs of proposal ${proposal} here, nor below ${dataRoot}; \`firstlight show\` lists the runs there are.`,
    {facts: {proposal}},
  );

// The same work that waits already is joined, not queued twice. Gives the jobs that are only ours.
async function queue(
  {inbox, scheduler}: RequestParts,
  entries: readonly Entry[],
  listeners: JobListeners,
  tally: Tally,
  inspect: boolean,
): Promise<string[]> {
  const joined = entries.map((entry) => scheduler.waitingFor(entry)).filter((key) => key !== undefined);
  const fresh = entries.filter((entry) => scheduler.waitingFor(entry) === undefined);
  const own = fresh.map(({key}) => key);
  for (const key of [...joined, ...own]) {
    listeners.add(key);
    tally.expect(key);
  }
  for (const key of joined) {
    const event = scheduler.join(key);
    if (event) listeners.hear(event);
  }
  await inbox.add(fresh).catch(async (error: unknown) => {
    await Promise.allSettled(own.map(async (key) => inbox.remove(key))); // Some may be there; half a request is none.
    throw isDiskFull(error)
      ? new FirstlightError('disk-full', 'The disk of this folder is full, so nothing was queued; free some space and ask again.', {
          cause: error,
        })
      : error;
  });
  scheduler.add(fresh, {inspect});
  return own;
}

async function cancelAll({scheduler}: RequestParts, jobs: readonly string[]): Promise<void> {
  await Promise.all(jobs.map(async (job) => scheduler.cancel(job, null, 'It was asked to stop.')));
}
