import {existsSync, renameSync} from 'node:fs';
import {join} from 'node:path';
import {makeDirectory, writeFileDurably} from '../folder/durable.ts';
import type {FolderPaths} from '../folder/layout.ts';

/** A file that was put aside because it cannot be read. */
export interface Quarantined {
  readonly file: string;
  readonly reason: string;
}

/** Moves a file that cannot be merged out of the way, with a note why beside it; nothing is deleted. */
export function quarantine({extractedData, quarantine: directory}: FolderPaths, file: string, reason: string): Quarantined {
  makeDirectory(directory);
  const place = freePlace(directory, file);
  writeFileDurably(`${place}.reason.txt`, `${file} could not be merged: ${reason}\n`);
  renameSync(join(extractedData, file), place);
  return {file, reason};
}

function freePlace(directory: string, file: string, number = 0): string {
  const place = join(directory, number === 0 ? file : `${file}.${number}`);
  return existsSync(place) ? freePlace(directory, file, number + 1) : place;
}
