import {open, rename, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {faultPoint, makeDirectory as makeShared, openToAll} from '@firstlight/store';

/** A file to be written: its name inside the directory, and its text. */
export interface DurableFile {
  readonly name: string;
  readonly text: string;
}

const filesAtOnce = 16;

/** Makes a directory (and those above) that everybody who shares the folder can use. */
export const makeDirectory = async (directory: string): Promise<void> => makeShared(directory);

/**
 * Writes files so that each is there whole or not at all, whatever happens, and is there for good when this returns.
 *
 * Every file is written beside, brought to the disk and renamed; the directory follows, once for all.
 */
export async function writeDurably(directory: string, files: readonly DurableFile[]): Promise<void> {
  for (let first = 0; first < files.length; first += filesAtOnce) {
    await Promise.all(files.slice(first, first + filesAtOnce).map(async (file) => writeBeside(directory, file)));
  }
  await syncDirectory(directory);
}

/** Removes a file if it is there. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, {force: true});
  faultPoint('queue:after-removal');
}

async function writeBeside(directory: string, {name, text}: DurableFile): Promise<void> {
  const beside = join(directory, `.${name}.writing`);
  try {
    await using file = await open(beside, 'w');
    openToAll(beside);
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    await removeFile(beside);
    throw error;
  }
  faultPoint('queue:before-rename');
  await rename(beside, join(directory, name));
  faultPoint('queue:after-rename');
}

async function syncDirectory(directory: string): Promise<void> {
  await using handle = await open(directory, 'r');
  await handle.sync().catch((error: NodeJS.ErrnoException) => {
    // Some network file systems cannot sync a directory; there the rename itself is synchronous.
    if (error.code !== 'EINVAL' && error.code !== 'EPERM') throw error;
  });
}
