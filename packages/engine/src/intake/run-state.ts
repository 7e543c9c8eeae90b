import {createHash} from 'node:crypto';
import {open, readdir, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {HEAD_BYTES, judgeHead, type FileVerdict} from './superblock.ts';

/** A data file of a run, as it is now. */
export interface RunFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** Time of the last change, in nanoseconds since 1970, as a text. */
  readonly changedNs: string;
}

/** A run directory, as it is now. */
export interface RunState {
  /** Data files, by name. */
  readonly files: readonly RunFile[];
  /** Names the state: two states with the same files of the same sizes and times have the same signature. */
  readonly signature: string;
}

/** Whether a file in a run's directory has data of the run; a virtual overview is made from the data files and says nothing new. */
export const isDataFile = (name: string): boolean => name.endsWith('.h5') && !name.startsWith('.') && !/overview\.h5$/i.test(name);

/** Looks at the data files of a run directory: names, sizes, times, at the cost of one `stat` each. Undefined if the directory is not there. */
export const readRunState = async (directory: string): Promise<RunState | undefined> => {
  const names = await unlessMissing(readdir(directory));
  if (!names) return undefined;
  const files = await Promise.all(
    names
      .filter(isDataFile)
      .sort()
      .map((name) => unlessMissing(readRunFile(directory, name))),
  );
  const present = files.filter((file) => file !== undefined);
  return {files: present, signature: signatureOf(present)};
};

/** Names a set of files with their sizes and times. */
export const signatureOf = (files: readonly RunFile[]): string => {
  const hash = createHash('sha256');
  for (const {name, sizeBytes, changedNs} of files) hash.update(`${name}\0${sizeBytes}\0${changedNs}\n`);
  return hash.digest('hex').slice(0, 32);
};

/** Whether two looks at a file saw the same. */
export const isSameFile = (a: RunFile | undefined, b: RunFile | undefined): boolean =>
  a?.name === b?.name && a?.sizeBytes === b?.sizeBytes && a?.changedNs === b?.changedNs;

/** Whether `now` is `before` with files taken away and nothing else changed, as when old data move to tape. */
export const onlyLost = (before: RunState, now: RunState): boolean => {
  const known = new Map(before.files.map((file) => [file.name, file]));
  return now.files.length < before.files.length && now.files.every((file) => isSameFile(file, known.get(file.name)));
};

/** Tells whether a data file is complete, from its head alone (see `judgeHead`). A file that cannot be read counts as damaged. */
export const judgeFile = async (directory: string, {name, sizeBytes}: RunFile): Promise<FileVerdict> => {
  try {
    return judgeHead(await readHead(join(directory, name)), sizeBytes);
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return {
      state: 'damaged',
      reason: code === 'EACCES' || code === 'EPERM' ? 'may not be read by this user' : `cannot be read (${message})`,
    };
  }
};

const readRunFile = async (directory: string, name: string): Promise<RunFile> => {
  const {size, mtimeNs} = await stat(join(directory, name), {bigint: true});
  return {name, sizeBytes: Number(size), changedNs: String(mtimeNs)};
};

const readHead = async (path: string): Promise<Uint8Array> => {
  await using file = await open(path, 'r');
  const {buffer, bytesRead} = await file.read({buffer: new Uint8Array(HEAD_BYTES), position: 0});
  return buffer.subarray(0, bytesRead);
};

/** The result, or undefined if a file or directory on the way is not there. */
export const unlessMissing = async <T>(result: Promise<T>): Promise<T | undefined> => {
  try {
    return await result;
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
};
