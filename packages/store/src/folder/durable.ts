import {closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, statSync, writeFileSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {FirstlightError} from '@firstlight/core';
import {explained} from './errors.ts';
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

/** Makes a directory that everybody may use, and those above it that are missing; throws as `makePath`. */
export function makeDirectory(path: string): void {
  makePath(path);
  openToAll(path);
}

/**
 * Makes a directory and those above it that are missing; nothing happens when it is there.
 *
 * Level by level, because `mkdir -p` of Node never ends in file systems that say "no such directory" where they mean "not here" (`/proc`).
 *
 * @throws FirstlightError `no-permission` where a directory cannot be made, `disk-full`.
 */
export function makePath(path: string): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makePath(dirname(path));
  makeLevel(path);
}

function makeLevel(path: string): void {
  try {
    mkdirSync(path);
  } catch (cause) {
    const {code} = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST' && existsSync(path) && statSync(path).isDirectory()) return; // someone else was faster
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EEXIST') throw notThere(path, cause);
    throw explained(cause, path);
  }
}

const notThere = (path: string, cause: unknown): FirstlightError =>
  new FirstlightError('no-permission', `No directory can be made at ${path}; choose another place.`, {cause, facts: {path}});
