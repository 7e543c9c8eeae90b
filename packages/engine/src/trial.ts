import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {sentenceOf, summaryToJson} from '@firstlight/core';
import type {AllFinished, JobEvent, JobFinished, Summary, ValueEvent} from '@firstlight/core';
import {contentOf, messageOf} from './cell.ts';
import type {ProcessRequest} from './request.ts';
import type {RequestParts} from './process-request.ts';
import type {Entry} from './queue/entry.ts';
import {jobOf} from './queue/job.ts';
import type {Job} from './queue/job.ts';
import {JobHub} from './queue/job-hub.ts';
import {runJob} from './queue/run-job.ts';
import type {Ending, ProgressEvent} from './queue/run-job.ts';
import {refuseMissing} from './refuse-missing.ts';
import {isAborted} from './signals.ts';
import {startTimeName} from './table.ts';
import {Tally} from './tally.ts';

type TrialParts = Pick<RequestParts, 'runJob' | 'table' | 'dataRoot'>;
type OneJobEvent = Exclude<JobEvent, AllFinished>;

/**
 * Computes runs and tells their values beside those in the table, one run after the other.
 *
 * Nothing of it is queued, stored or announced: fragments and logs go to a directory that is removed. Who stops reading, or the signal, stops the work.
 */
export async function* tryOut(
  parts: TrialParts,
  entries: readonly Entry[],
  {inspect = false}: Pick<ProcessRequest, 'inspect'>,
  signal?: AbortSignal,
): AsyncGenerator<JobEvent, void, undefined> {
  const began = performance.now();
  const tally = new Tally();
  const {refused, accepted} = await refuseMissing(parts, entries);
  for (const event of refused) yield {...event, trial: true};
  for (const entry of accepted) {
    for await (const event of tryRun(parts, jobOf(entry, performance.now(), {inspect}), signal)) {
      tally.count(event);
      yield {...event, trial: true};
    }
    if (isAborted(signal)) return;
  }
  yield {event: 'finished', runs: entries.length, values: tally.values(), seconds: secondsSince(began), trial: true};
}

const secondsSince = (began: number): number => (performance.now() - began) / 1000;

async function* tryRun(parts: TrialParts, job: Job, signal: AbortSignal | undefined): AsyncGenerator<OneJobEvent, void, undefined> {
  const {key, trigger, variables} = job.entry;
  const hub = new JobHub();
  using listeners = hub.listen();
  listeners.add(key);
  hub.emit({event: 'queued', ...identity(job), trigger, variables});
  const running = run(parts, job, (event) => hub.emit(event));
  try {
    for (let isOver = false; !isOver && !isAborted(signal); ) {
      for (const event of await listeners.take(signal)) {
        yield event;
        isOver ||= event.event === 'finished';
      }
    }
  } finally {
    job.cancelled ??= 'It was asked to stop.';
    await job.runner?.cancel(key, null, job.cancelled);
    await running;
  }
}

const identity = ({entry: {key, proposal, run: number}}: Job): {job: string; proposal: number; run: number} => ({
  job: key,
  proposal,
  run: number,
});

/** Runs a job in a directory of its own; never throws. */
async function run(parts: TrialParts, job: Job, emit: (event: OneJobEvent) => void): Promise<void> {
  const began = performance.now();
  const directory = await mkdtemp(join(tmpdir(), 'firstlight-trial-'));
  const folder = {extractedData: directory, processLogs: directory};
  const hear = (event: ProgressEvent): void => {
    const told = eventOf(event, job, parts);
    if (told) emit(told);
  };
  const ending = await runJob(job, {...parts.runJob, folder}, hear).catch(failed);
  await rm(directory, {recursive: true, force: true});
  const finished: JobFinished = {event: 'finished', ...identity(job), ...ending, seconds: secondsSince(began)};
  emit(finished);
}

const failed = (error: unknown): Ending => ({outcome: 'failed', message: sentenceOf(error)});

function eventOf(event: ProgressEvent, job: Job, {table}: TrialParts): OneJobEvent | undefined {
  if (event.type === 'progress') return undefined;
  if (event.type === 'started') return {event: 'started', ...identity(job), variables: event.variables, attempt: job.attempts};
  if (event.type === 'debugger') return {event: 'debugger', ...identity(job), address: event.address};
  const {variable: name, state, attributes, seconds} = event;
  return {
    event: 'value',
    ...identity(job),
    name,
    state,
    summary: summaryToJson(contentOf(event, pictureOf(event))?.summary ?? null),
    units: attributes?.units,
    message: messageOf(state, attributes),
    seconds,
    before: summaryToJson(before(event, table)),
  };
}

/** What the table has; the start of a run stands in its row. */
const before = (event: ValueEvent, table: RequestParts['table']): Summary =>
  event.variable === startTimeName ? (table.row(event)?.startTime ?? null) : table.cell(event, event.variable).summary;

/** A picture that is stored nowhere is told whole. */
const pictureOf = ({summary}: ValueEvent): string =>
  typeof summary === 'object' && summary !== null && 'png' in summary ? `data:image/png;base64,${summary.png}` : '';
