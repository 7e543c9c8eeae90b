import {FirstlightError} from '@firstlight/core';
import type {Cell, JobEvent, RunId} from '@firstlight/core';
import {Feed, Table} from '@firstlight/engine';
import type {ServedExperiment} from '../src/experiments/served.ts';

/** An experiment in memory for tests of encodings: the engine's own table and feed, without a folder. */
export interface Double extends ServedExperiment {
  readonly table: Table;
  readonly changes: Feed;
}

const variable = (name: string, units: string | null = null) => ({name, title: name.toUpperCase(), units, description: null, tags: []});

const openJob = {
  job: 'job-1',
  proposal: 1234,
  run: 2,
  trigger: 'raw',
  state: 'running',
  variables: null,
  since: 1_700_000_000.5,
} as const;

/** Makes an experiment with runs 1 to 3 of proposal 1234. */
export async function experimentInMemory(): Promise<Double> {
  const table = new Table();
  const changes = await Feed.open(null);
  table.setVariables([variable('energy', 'mJ'), variable('ok'), variable('picture'), variable('text'), variable('phase')]);
  for (const run of [1, 2, 3]) table.setRun({proposal: 1234, run, startTime: run === 1 ? 1_700_000_000.5 : null, addedAt: null});
  const put = (run: number, name: string, content: Partial<Cell>) => {
    changes.push(
      table.setContent({proposal: 1234, run}, name, {
        state: 'ok',
        summary: null,
        message: null,
        attributes: null,
        maxDiff: null,
        ...content,
      }),
    );
  };
  put(1, 'energy', {summary: 1.5});
  put(2, 'energy', {summary: Number.NaN});
  put(3, 'energy', {state: 'failed', message: 'ZeroDivisionError: division by zero'});
  put(1, 'ok', {summary: true});
  put(1, 'picture', {summary: {image: '/api/experiments/p1234/runs/1234/1/picture/preview.png?v=7'}});
  put(1, 'text', {summary: 'Grüße, "wow"'});
  put(2, 'text', {summary: 9_007_199_254_740_993n});
  put(2, 'phase', {summary: 2, attributes: {bold: true}, maxDiff: Number.NaN});
  put(1, 'phase', {summary: {re: 1, im: Number.POSITIVE_INFINITY}});
  changes.push(table.setActivity({proposal: 1234, run: 2}, ['picture'], 'running'));
  await changes.flush();
  return {
    id: 'p1234',
    folder: {dir: '/folder', extractedData: '/folder/extracted_data'} as Double['folder'],
    proposals: [1234],
    table,
    changes,
    loaded: () => Promise.resolve(),
    process: ({runs}) => jobEvents(runs === 'all' ? [] : runs),
    submit: () => Promise.reject(new FirstlightError('read-only', 'Nothing is stored here.')),
    command: (name) => tell({name}),
    cancel: (job) => Promise.resolve(job === openJob.job),
    jobs: () => [openJob],
    problems: () => [],
    health: () => ({folder: 'ok', writer: 'alive', waiting: 0, running: 0, held: 0, disk: 'ok', context: 'ok', readOnly: null, notes: []}),
    reader: {
      describeValue: noReader,
      extractValue: noReader,
      readData: noReader,
      readPreview: noReader,
      previewPng: noReader,
      history: noReader,
    },
  };
}

async function* tell(line: object): AsyncGenerator<object> {
  yield line;
}

async function* jobEvents(runs: readonly RunId[]): AsyncGenerator<JobEvent> {
  for (const {proposal, run} of runs) yield {event: 'queued', job: `job-${run}`, proposal, run, trigger: 'all', variables: null};
  const values = {ok: 0, none: 0, skipped: 0, failed: 0, cancelled: 0};
  yield {event: 'finished', runs: runs.length, values, seconds: 0};
}

const noReader = () => Promise.reject(new Error('an experiment in memory has no files'));
