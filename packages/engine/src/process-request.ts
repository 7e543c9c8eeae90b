import {randomUUID} from 'node:crypto';
import {FirstlightError} from '@firstlight/core';
import type {DescribedEvent, RunId} from '@firstlight/core';
import {isDiskFull} from './disk.ts';
import type {AllFinished, JobEvent, JobFinished, ProcessRequest, ValueState} from './job.ts';
import {entryOf} from './queue/entry.ts';
import type {Entry} from './queue/entry.ts';
import type {Inbox} from './queue/inbox.ts';
import type {JobHub, JobListeners} from './queue/job-hub.ts';
import type {Scheduler} from './queue/scheduler.ts';
import {errorOf} from './runner/context-file.ts';
import {runCheck, runsOnDisk} from './run-data.ts';
import {isAborted} from './signals.ts';
import type {Table} from './table.ts';

export interface RequestParts {
  readonly dataRoot: string;
  readonly proposals: readonly number[];
  readonly table: Table;
  readonly inbox: Inbox;
  readonly hub: JobHub;
  readonly scheduler: Scheduler;
  readonly described: DescribedEvent;
}

/** Queues what someone asks for and tells what happens to it; see `Experiment.process`. */
export async function* processRequest(
  parts: RequestParts,
  request: ProcessRequest,
  signal?: AbortSignal,
): AsyncGenerator<JobEvent, void, undefined> {
  checkVariables(parts.described, request.variables);
  const began = performance.now();
  const tally = new Tally();
  const entries = await entriesOf(parts, request);
  using listeners = parts.hub.listen();
  const {refused, accepted} = await refuseMissing(parts, entries);
  for (const event of refused) yield event;
  const own = await queue(parts, accepted, listeners, tally);
  while (tally.open > 0 && !isAborted(signal)) {
    for (const event of await listeners.take(signal)) {
      tally.count(event);
      yield event;
    }
  }
  if (isAborted(signal)) await cancelAll(parts, own);
  else yield {event: 'finished', runs: entries.length, values: tally.values(), seconds: (performance.now() - began) / 1000};
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
  const {trigger = 'all', variables = null, mock = false} = request;
  const runs = request.runs === 'all' ? await allRuns(parts, mock) : request.runs;
  const signature = `request ${randomUUID()}`;
  const requestedAt = Date.now();
  const entries = runs.map(({proposal, run}) =>
    entryOf({proposal, run, trigger, variables: variables && [...variables], mock, signature, by: 'user', requestedAt}),
  );
  return [...new Map(entries.map((entry) => [entry.key, entry])).values()];
}

async function allRuns({table, dataRoot, proposals}: RequestParts, mock: boolean): Promise<RunId[]> {
  const known = table.runs().map(({proposal, run}) => ({proposal, run}));
  if (mock) return known;
  const onDisk = await runsOnDisk(dataRoot, proposals);
  const all = new Map(onDisk.map((run) => [`${run.proposal}:${run.run}`, run]));
  return [...all.values()].sort((a, b) => a.proposal - b.proposal || a.run - b.run);
}

async function refuseMissing({dataRoot}: RequestParts, entries: readonly Entry[]): Promise<{refused: JobFinished[]; accepted: Entry[]}> {
  const refused: JobFinished[] = [];
  const accepted: Entry[] = [];
  const whyNoRun = runCheck(dataRoot);
  for (const entry of entries) {
    const {key: job, proposal, run, mock} = entry;
    const message = mock ? undefined : await whyNoRun(entry);
    if (message === undefined) accepted.push(entry);
    else refused.push({event: 'finished', job, proposal, run, outcome: 'failed', message, seconds: 0});
  }
  return {refused, accepted};
}

// The same work that waits already is joined, not queued twice. Gives the jobs that are only ours.
async function queue(
  {inbox, scheduler}: RequestParts,
  entries: readonly Entry[],
  listeners: JobListeners,
  tally: Tally,
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
  scheduler.add(fresh);
  return own;
}

async function cancelAll({scheduler}: RequestParts, jobs: readonly string[]): Promise<void> {
  await Promise.all(jobs.map(async (job) => scheduler.cancel(job, null, 'It was asked to stop.')));
}

/** Counts jobs and values; one computed again after a crash counts once. */
class Tally {
  readonly #open = new Set<string>();
  readonly #states = new Map<string, ValueState>();

  get open(): number {
    return this.#open.size;
  }

  expect(job: string): void {
    this.#open.add(job);
  }

  count(event: JobEvent): void {
    if (event.event === 'value') this.#states.set(`${event.job} ${event.name}`, event.state);
    if (event.event === 'finished' && 'job' in event) this.#open.delete(event.job);
  }

  values(): AllFinished['values'] {
    const values = {ok: 0, none: 0, skipped: 0, failed: 0, cancelled: 0};
    for (const state of this.#states.values()) values[state] += 1;
    return values;
  }
}
