import {closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeFileSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {openToAll} from './modes.ts';

/** Brings a file's content (or a directory's entries) to the disk. */
export function syncToDisk(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Renames a finished file into place so that, after a power cut, either the old or the whole new file is there. */
export function renameIntoPlace(from: string, to: string): void {
  syncToDisk(from);
  renameSync(from, to);
  syncToDisk(dirname(to));
}

/** Writes a small file beside its place and renames it. */
export function writeFileDurably(path: string, content: string | Uint8Array): void {
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}.new`);
  writeFileSync(beside, content);
  openToAll(beside);
  renameIntoPlace(beside, path);
}

/** Makes a directory that everybody may use; nothing happens when it is there. */
export function makeDirectory(path: string): void {
  mkdirSync(path, {recursive: true});
  openToAll(path);
}
