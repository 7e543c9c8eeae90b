import {FirstlightError, type JobEvent, type RunId, type Trigger} from '@firstlight/core';
import {readSettings} from '@firstlight/store';
import {chooseFolder} from '../folder.ts';
import {askOwner, lost} from '../ask-owner.ts';
import {parseJobEvent} from '../job-event.ts';
import {marks, type Output, outputFor} from '../output.ts';
import {openOrOwner} from '../run-command.ts';
import {stopSignal} from '../stop.ts';
import {causeOf, oneLine, valueText} from '../summary-text.ts';

interface ProcessOptions {
  var?: string[];
  proposal?: number;
  trigger: Trigger;
  param?: Record<string, unknown>;
  mock?: boolean;
  trial?: boolean;
  parallel?: number;
  cold?: boolean;
  stale?: boolean;
  inspect?: boolean;
  strict?: boolean;
  folder?: string;
  json?: boolean;
}

/** Computes variables for runs here, or hands the work to the server that owns the folder; the same events either way. */
export async function processRuns(runs: number[] | 'all', options: ProcessOptions): Promise<void> {
  const output = outputFor(options);
  const folder = chooseFolder(options.folder);
  const signal = stopSignal();
  const failed = await watch(computeHereOrThere(folder, runs, options, signal, output), output);
  if (signal.aborted) process.exitCode = 1;
  else if (failed.jobs || (failed.values && options.strict)) process.exitCode = 1;
}

async function* computeHereOrThere(folder: string, runs: number[] | 'all', options: ProcessOptions, signal: AbortSignal, output: Output) {
  const experiment = await openOrOwner(folder, {});
  const {var: variables, param: parameters, trigger, mock = false, trial, parallel, cold, stale, inspect} = options;
  const wanted = {trigger, mock, ...given({variables, parameters, trial, parallel, cold, stale})};
  if (typeof experiment === 'string') {
    if (inspect) throw ownedElsewhere(folder, experiment);
    output.say(`${folder} is served by ${experiment}, which does the work.`);
    const of = options.proposal ?? (runs === 'all' ? undefined : readSettings(folder).proposal);
    yield* askServer(experiment, folder, {runs, ...given({proposal: of}), ...wanted}, signal);
    return;
  }
  await using here = experiment;
  const proposal = options.proposal ?? here.proposals[0] ?? 1;
  const ids: RunId[] | 'all' = runs === 'all' ? 'all' : runs.map((run) => ({proposal, run}));
  yield* here.process({runs: ids, ...given({proposal: options.proposal}), ...wanted, ...given({inspect})}, signal);
}

/** What was said at all. */
const given = <T extends object>(options: T): {[Key in keyof T]?: Exclude<T[Key], undefined>} =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;

const ownedElsewhere = (folder: string, address: string): FirstlightError =>
  new FirstlightError(
    'folder-owned',
    `${folder} is served by ${address}, where a debugger cannot get at its code; stop the server, or copy the context to a folder of your own.`,
  );

/** Has the server that owns a folder do the work, and gives its events as they come; ends early when the signal aborts. */
export async function* askServer(address: string, folder: string, request: object, signal: AbortSignal): AsyncGenerator<JobEvent> {
  let last: JobEvent | undefined;
  for await (const line of askOwner({address, folder, path: 'process', request}, signal)) {
    last = parseJobEvent(line);
    yield last;
  }
  if (!signal.aborted && (last?.event !== 'finished' || 'job' in last)) throw lost(address);
}

/** Shows events as they come; counts what failed. */
async function watch(events: AsyncIterable<JobEvent>, output: Output): Promise<{jobs: number; values: number}> {
  const failed = {jobs: 0, values: 0};
  for await (const event of events) {
    output.result(event, sentence(event));
    if (event.event === 'debugger')
      output.say(`Attach a debugger to ${event.address} (run ${event.run}); the code waits for it at its beginning.`);
    if (event.event === 'value' && event.state === 'failed') failed.values += 1;
    if (event.event === 'finished' && 'job' in event && event.outcome === 'failed') failed.jobs += 1;
  }
  return failed;
}

function sentence(event: JobEvent): string | undefined {
  if (event.event === 'value') return valueSentence(event);
  if (event.event !== 'finished') return undefined;
  if ('job' in event) return event.outcome === 'done' ? undefined : `✗ run ${event.run}: ${event.message}`;
  const states = Object.entries(event.values).filter(([, count]) => count > 0);
  const counts = states.map(([state, count]) => `${count} ${state}`).join(', ') || 'no values';
  return `${event.runs} ${event.runs === 1 ? 'run' : 'runs'}: ${counts} (${event.seconds.toFixed(1)} s)`;
}

function valueSentence({run, name, state, summary, units, message, trial, before, seconds}: JobEvent & {event: 'value'}): string {
  const what = state === 'ok' ? valueText(name, summary, {...(units !== undefined && {units})}) : causeOf(message ?? state);
  const old = trial ? `${valueText(name, before) || 'nothing'} → ` : '';
  return `${marks[state]} run ${run}  ${name}  ${old}${oneLine(what)}  (${seconds.toFixed(2)} s)`;
}
