import type {Language} from '@firstlight/core';
import type {ExperimentFolder} from '@firstlight/store';
import type {RunnerCommand} from './connection.ts';
import {pythonLaunches} from './python.ts';
import {typescriptLaunches} from './typescript.ts';

/** One way to start a runner. */
export interface Launch {
  readonly command: RunnerCommand;
  /** Said when this way is taken: why it is not the folder's own, or undefined. */
  readonly note: string | undefined;
}

export interface LaunchSettings {
  readonly folder: Pick<ExperimentFolder, 'dir'>;
  /** The interpreter named by the folder, if any. */
  readonly contextPython: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const launchesOf = {python: pythonLaunches, typescript: typescriptLaunches} as const;

/** The ways to start a runner of a language for a folder, the best first. */
export const runnerLaunches = (settings: LaunchSettings, language: Language): readonly Launch[] => launchesOf[language](settings);
