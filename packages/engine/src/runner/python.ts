import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {runnerEnvironment} from './environment.ts';
import type {Launch, LaunchSettings} from './launch.ts';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));

/**
 * The ways to start the Python runner: the folder's own interpreter, then the project's, then the first on the path.
 *
 * `context_python` of a folder made elsewhere often names an interpreter that this machine does not have.
 */
export function pythonLaunches({folder, contextPython, environment}: LaunchSettings): readonly Launch[] {
  const env = {MPLBACKEND: 'Agg', ...runnerEnvironment(environment), PYTHONPATH: join(repository, 'python'), PYTHONUNBUFFERED: '1'};
  const args = ['-m', 'firstlight.runner'];
  const launch = (file: string, note: string | undefined): Launch => ({command: {file, args, env, cwd: folder.dir}, note});
  const others = [join(repository, '.venv', 'bin', 'python'), 'python3'].filter((file) => file !== contextPython && mayExist(file));
  const note = (file: string): string | undefined =>
    contextPython === undefined
      ? undefined
      : `The Python of this folder, ${contextPython}, cannot run its context here, so ${file} is used; change it with the setting context_python.`;
  const own = contextPython === undefined || !mayExist(contextPython) ? [] : [launch(contextPython, undefined)];
  return [...own, ...others.map((file) => launch(file, note(file)))];
}

const mayExist = (file: string): boolean => !file.includes('/') || existsSync(file);
