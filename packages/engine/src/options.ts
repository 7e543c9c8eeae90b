import {createHash} from 'node:crypto';
import {realpathSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {FirstlightError} from '@firstlight/core';
import {openFolder, readSettings} from '@firstlight/store';
import type {ExperimentFolder} from '@firstlight/store';
import {stderrLog} from './log.ts';
import type {Log} from './log.ts';
import {facilityDataRoot} from './run-data.ts';

/** How an experiment is opened. */
export interface ExperimentOptions {
  /** Watch the data root for new and changed runs; default true. */
  readonly watch?: boolean;
  /** Load the context and go on with the queue; default true. Without, nothing can be processed, and no runner is started unless the context is asked for. */
  readonly compute?: boolean;
  /** Become the folder's owner; default true. Without, the folder can only be looked at, whoever owns it. */
  readonly write?: boolean;
  /** Open only when all that is stored is in memory; default true. Without, the newest runs are there at once; `whole` and `loaded` wait for the others. */
  readonly whole?: boolean;
  /** How often the data root is looked at, in milliseconds. */
  readonly pollMs?: number;
  /** How long a run's files have to stay as they are before it counts as complete, in milliseconds. */
  readonly settleMs?: number;
  /** Where this process serves, told to others who want the folder; `announce` tells it later. */
  readonly address?: string;
  /** Directory that holds INSTRUMENT/CYCLE/pNNNNNN; default what the folder says, then the environment, then the facility's. */
  readonly dataRoot?: string;
  /** The environment of which runners get a part (no secrets); default this process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Jobs that run at once; default the number of processors, at most 2. */
  readonly jobsAtOnce?: number;
  /** Processors that the running jobs share, unless a request says how many it may use; default all. */
  readonly processors?: number;
  readonly log?: Log;
}

/** What the parts of an experiment are made of. */
export interface Settings extends Required<Omit<ExperimentOptions, 'address' | 'pollMs' | 'settleMs'>> {
  readonly folder: ExperimentFolder;
  readonly proposals: readonly number[];
  readonly contextPython: string | undefined;
  readonly address: string | undefined;
  readonly pollMs: number | undefined;
  readonly settleMs: number | undefined;
}

/** Opens a folder and completes what was said about it by what the folder, the environment and the machine say. */
export function settingsOf(dir: string, options: ExperimentOptions): Settings {
  const {
    watch = true,
    compute = true,
    whole = true,
    write = true,
    environment = process.env,
    processors = availableParallelism(),
    jobsAtOnce = Math.min(2, processors),
    log = stderrLog,
    address,
    pollMs,
    settleMs,
  } = options;
  const folder = openFolder(dir);
  const {proposal, contextPython, dataRoot: own} = readSettings(folder.dir);
  const dataRoot = options.dataRoot ?? own ?? environment.EXTRA_DATA_DATA_ROOT ?? environment.XFEL_DATA_ROOT ?? facilityDataRoot;
  const proposals = proposal === undefined ? [] : [proposal];
  return {
    folder,
    proposals,
    contextPython,
    dataRoot,
    watch,
    compute,
    whole,
    write,
    environment,
    jobsAtOnce,
    processors,
    log,
    address,
    pollMs,
    settleMs,
  };
}

/** Names an experiment in addresses: its proposal and a few digits of the folder's place. */
export function idOf({folder, proposals}: Settings): string {
  const place = createHash('sha256').update(realpathSync(folder.dir)).digest('hex').slice(0, 6);
  return proposals[0] === undefined ? place : `p${proposals[0]}-${place}`;
}

/** Why nothing is changed in the folder, or undefined when it is ours. */
export const onlyLooking = ({folder, write}: Settings): FirstlightError | undefined =>
  folder.readOnly ?? (write ? undefined : new FirstlightError('read-only', 'This folder was opened to be looked at only.'));

/** The data root that runners are told; null: the facility's, which they know. */
export const runnerDataRoot = ({dataRoot}: Settings): string | null => (dataRoot === facilityDataRoot ? null : dataRoot);
