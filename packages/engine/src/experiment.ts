import type {DescribedEvent, Problem} from '@firstlight/core';
import type {ExperimentFolder, ReaderProcess} from '@firstlight/store';
import type {Feed} from './feed/feed.ts';
import type {Health} from './health.ts';
import type {JobEvent, ProcessRequest} from './job.ts';
import type {Log} from './log.ts';
import type {Table} from './table.ts';

export interface ExperimentOptions {
  /** Watch the data root for new and changed runs; default true. */
  readonly watch?: boolean;
  /** How often the data root is looked at, in milliseconds. */
  readonly pollMs?: number;
  /** How long a run's files have to stay as they are before it counts as complete, in milliseconds. */
  readonly settleMs?: number;
  /** Where this process serves, told to others who want the folder. */
  readonly address?: string;
  /** Directory that holds INSTRUMENT/CYCLE/pNNNNNN; default what the folder says, then the environment. */
  readonly dataRoot?: string;
  /** The environment runners get a part of (no secrets); default this process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Jobs that run at once; default the number of processors, at most 2. */
  readonly jobsAtOnce?: number;
  readonly log?: Log;
}

/** An experiment folder at work. */
export declare class Experiment implements AsyncDisposable {
  static open(dir: string, options?: ExperimentOptions): Promise<Experiment>;
  readonly id: string;
  readonly folder: ExperimentFolder;
  readonly table: Table;
  readonly changes: Feed;
  readonly reader: ReaderProcess;
  get proposals(): readonly number[];
  process(request: ProcessRequest, signal?: AbortSignal): AsyncIterable<JobEvent>;
  cancel(job: string, variable?: string): Promise<void>;
  announce(address: string | null): Promise<void>;
  describe(): DescribedEvent;
  problems(): readonly Problem[];
  health(): Health;
  [Symbol.asyncDispose](): Promise<void>;
}
