import {chmodSync, statSync} from 'node:fs';

/** DAMNIT folders are shared by a group of people under many accounts, so everything in them is open to all (directories 0777, files 0666). */
export const directoryMode = 0o777;
export const fileMode = 0o666;

/** Gives a file or directory its documented mode, but only when it is ours: nobody may change the mode of another person's file. */
export function openToAll(path: string): void {
  const {uid, mode} = statSync(path);
  const wanted = (mode & 0o170000) === 0o040000 ? directoryMode : fileMode;
  if (process.getuid?.() !== uid || (mode & 0o777) === wanted) return;
  chmodSync(path, wanted);
}
