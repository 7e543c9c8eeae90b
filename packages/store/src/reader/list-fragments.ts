import {existsSync, lstatSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {runOfFragment, type RunId, sentenceOf} from '@firstlight/core';
import type {Connection} from '../database/connection.ts';
import {settingText} from '../database/settings.ts';
import type {FolderPaths} from '../folder/layout.ts';
import {GuardedFile} from '../fragment/guarded.ts';
import {type OwnerRule, ownerRule} from '../fragment/owners.ts';
import {readFragment} from '../fragment/read.ts';

/** A file with values that are not in the table yet. */
export interface FoundFragment {
  readonly file: string;
  readonly proposal: number | null;
  readonly run: number | null;
  readonly bytes: number;
  /** When it was last written, in seconds since 1970. */
  readonly at: number;
  /** Waiting: the next merge takes it. Refused: the next merge puts it aside. Unfinished: somebody is writing it, or ended before it was whole. */
  readonly state: 'waiting' | 'refused' | 'unfinished';
  /** The variables it is about. */
  readonly names: readonly string[];
  /** Why it is refused. */
  readonly reason: string | null;
}

/** Lists what lies in `extracted_data/` besides the run files, the oldest first, and looks into each as a merge would. */
export function listFragments(connection: Connection, paths: FolderPaths): FoundFragment[] {
  if (!existsSync(paths.extractedData)) return [];
  const owners = ownerRule(paths.dir, settingText(connection, 'fl_fragment_owners'));
  return readdirSync(paths.extractedData)
    .flatMap((file) => described(paths, file, owners) ?? [])
    .sort((a, b) => a.at - b.at || (a.file < b.file ? -1 : 1));
}

function described({extractedData}: FolderPaths, file: string, owners: OwnerRule): FoundFragment | undefined {
  const isUnfinished = file.endsWith('.writing.h5');
  if (!isUnfinished && !file.endsWith('.ready.h5')) return undefined;
  const path = join(extractedData, file);
  const stats = lstatSync(path, {throwIfNoEntry: false});
  if (!stats) return undefined; // merged since we looked
  const run: RunId | undefined = runOfFragment(file.replace(/\.writing\.h5$/, '.ready.h5'));
  const known = {file, proposal: run?.proposal ?? null, run: run?.run ?? null, bytes: stats.size, at: stats.mtimeMs / 1000};
  if (isUnfinished) return {...known, state: 'unfinished', names: [], reason: null};
  return {...known, ...contentOf(path, owners)};
}

function contentOf(path: string, owners: OwnerRule): Pick<FoundFragment, 'state' | 'names' | 'reason'> {
  try {
    using opened = GuardedFile.open(path, {owners});
    return {state: 'waiting', names: readFragment(opened.file).entries.map(({name}) => name), reason: null};
  } catch (error) {
    return {state: 'refused', names: [], reason: sentenceOf(error).replaceAll(/\/proc\/self\/fd\/\d+/g, path)};
  }
}
