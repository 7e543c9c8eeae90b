import {resolve} from 'node:path';
import {FirstlightError} from '@firstlight/core';
import {findFolder} from '@firstlight/store';

/**
 * The experiment folder a command works on: the one named, else the nearest at or above the working directory.
 *
 * @throws FirstlightError `no-folder` when there is none.
 */
export function chooseFolder(named: string | undefined, workingDirectory: string = process.cwd()): string {
  if (named !== undefined) return resolve(named);
  const found = findFolder(workingDirectory);
  if (found) return found;
  throw new FirstlightError(
    'no-folder',
    `No experiment folder at or above ${workingDirectory}; name one with --folder DIR, or make one with \`firstlight init\`.`,
  );
}
