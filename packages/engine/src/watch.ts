import {join} from 'node:path';
import {sentenceOf} from '@firstlight/core';
import type {RunId} from '@firstlight/core';
import {runsBefore} from './intake/before.ts';
import {seenInDirectory} from './intake/seen.ts';
import {watchRuns} from './intake/watch.ts';
import type {RunReady, WatchOptions} from './intake/watch.ts';
import {periodically} from './periodically.ts';
import {entryOf} from './queue/entry.ts';
import type {Entry} from './queue/entry.ts';
import type {Inbox} from './queue/inbox.ts';
import type {Scheduler} from './queue/scheduler.ts';

export interface WatchParts extends Pick<WatchOptions, 'dataRoot' | 'proposals' | 'pollMs' | 'settleMs'> {
  readonly privateDir: string;
  readonly inbox: Inbox;
  readonly scheduler: Scheduler;
  /** The runs that have values. */
  readonly computed: () => readonly RunId[];
  /** Makes a run known in the database and the table. */
  readonly onRun: (run: RunId) => Promise<void>;
  readonly onNote: (sentence: string) => void;
  readonly onTrouble: (error: unknown) => void;
}

const startAgainMs = 2000;

/** Puts a trigger into the queue for every run whose data become complete, until it is disposed. */
export class Watch implements AsyncDisposable {
  readonly #parts: WatchParts;
  readonly #closing = new AbortController();
  readonly #watching: Promise<void>;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    // What cannot be queued (disk full) is not marked as seen, so the next round hands it on again.
    this.#watching = periodically(startAgainMs, this.#closing.signal, async () => this.#watch(), parts.onTrouble);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    const {dataRoot, proposals, pollMs, settleMs, privateDir, computed, onNote} = this.#parts;
    const {signal} = this.#closing;
    const seen = seenInDirectory(join(privateDir, 'seen'));
    const before = await runsBefore(privateDir, computed);
    if (before.isFirst && before.count > 0) onNote(leftAsTheyAre(before.count));
    const onProblem = (problem: unknown): void => onNote(sentenceOf(problem));
    for await (const ready of watchRuns({dataRoot, proposals, seen, signal, pollMs, settleMs, onProblem})) {
      const isNews = !before.has(ready) || (await seen.get(ready, ready.trigger)) !== undefined;
      if (isNews) await this.#queue(ready);
    }
  }

  async #queue(ready: RunReady): Promise<void> {
    const {inbox, scheduler, onRun, onNote} = this.#parts;
    for (const sentence of ready.damaged) onNote(`Run ${ready.run} of proposal ${ready.proposal}: ${sentence}`);
    const entry = entryOfRun(ready);
    // A trigger that waits already will read the files as they are then.
    if (scheduler.waitingFor(entry) === undefined) {
      await inbox.add([entry]);
      scheduler.add([entry]);
    }
    await onRun({proposal: ready.proposal, run: ready.run});
  }
}

function leftAsTheyAre(runs: number): string {
  const left =
    runs === 1
      ? '1 run has values already and is left as it is until its data change'
      : `${runs} runs have values already and are left as they are until their data change`;
  return `${left}; \`firstlight process all --stale\` computes what is missing.`;
}

const entryOfRun = ({proposal, run, trigger, signature}: RunReady): Entry =>
  entryOf({proposal, run, trigger, signature, variables: null, mock: false, by: 'watch', requestedAt: Date.now()});
