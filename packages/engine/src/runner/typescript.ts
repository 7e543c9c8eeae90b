import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {runnerEnvironment} from './environment.ts';
import type {Launch, LaunchSettings} from './launch.ts';

/** The way to start the TypeScript runner: the Node that runs us. */
export function typescriptLaunches({folder, environment}: LaunchSettings): readonly Launch[] {
  const main = join(dirname(createRequire(import.meta.url).resolve('@firstlight/context')), 'runner', 'main.ts');
  return [{command: {file: process.execPath, args: [main], env: runnerEnvironment(environment), cwd: folder.dir}, note: undefined}];
}
