import {realpathSync} from 'node:fs';
import {resolve} from 'node:path';

/** The one path of a folder that has several (symbolic links); of one that is not here the path as it is written. */
export function realFolder(dir: string): string {
  try {
    return realpathSync(dir);
  } catch {
    return resolve(dir); // opening it says what is wrong
  }
}
