import {existsSync, lstatSync, readdirSync, readFileSync, renameSync} from 'node:fs';
import {join} from 'node:path';
import {makeDirectory, writeFileDurably} from '../folder/durable.ts';
import type {FolderPaths} from '../folder/layout.ts';

const reasonSuffix = '.reason.txt';

/** A file that was put aside because it cannot be read. */
export interface Quarantined {
  readonly file: string;
  readonly reason: string;
}

/** Moves a file that cannot be merged out of the way, with a note why beside it; nothing is deleted. */
export function quarantine({extractedData, quarantine: directory}: FolderPaths, file: string, why: string): Quarantined {
  const reason = why.replaceAll(/\/proc\/self\/fd\/\d+/g, file); // the name under which we had it open
  makeDirectory(directory);
  const place = freePlace(directory, file);
  writeFileDurably(`${place}${reasonSuffix}`, `${file} could not be merged: ${reason}\n`);
  renameSync(join(extractedData, file), place);
  return {file, reason};
}

/** What was put aside in a folder, and why, by name. */
export function quarantined({quarantine: directory}: FolderPaths): Quarantined[] {
  if (!existsSync(directory)) return [];
  const files = readdirSync(directory).filter((file) => !file.endsWith(reasonSuffix) && !file.startsWith('.'));
  return files.sort().map((file) => ({file, reason: reasonOf(join(directory, file))}));
}

function reasonOf(place: string): string {
  try {
    return readFileSync(`${place}${reasonSuffix}`, 'utf8').trim();
  } catch {
    return 'nothing says why'; // from the inbox, or put there by hand
  }
}

function freePlace(directory: string, file: string, number = 0): string {
  const place = join(directory, number === 0 ? file : `${file}.${number}`);
  return lstatSync(place, {throwIfNoEntry: false}) ? freePlace(directory, file, number + 1) : place;
}
